import type { Context, Reporter } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { type Clock, RateLimit } from "../../net/mod.ts";
import { clipped, visible } from "../../text/mod.ts";
import { nameOf } from "../protocol.ts";
import type { Command } from "../verbs.ts";
import { type DiscoveredDevice, discoveryOf, discoveryTopic } from "./discovery.ts";
import { parseSet, parseTopic, stateOf, topicsOf } from "./topics.ts";

/** What is said under a topic. */
export interface Publication {
  topic: string;
  payload: string;
  retain: boolean;
}

/** What a broker says that others have said. */
export interface BrokerMessage {
  topic: string;
  payload: Uint8Array;
  /** Whether it is an old one that the broker had kept, or one that it is to keep. */
  isRetained: boolean;
}

/** The link to a broker. */
export interface BrokerLink {
  /** Says it, if there is a link now. Never waits. */
  publish(publication: Publication): void;
  /** For ever, or until the context stops. */
  run(): Promise<void>;
}

/** Prepares the link of a node. */
export type OpenBrokerLink = (node: string, handlers: MqttNode, context: Context) => BrokerLink;

/** A device as a broker sees it. */
export interface NodeDevice extends DiscoveredDevice {
  /** What it does; nothing while that is not known. */
  readonly doing: Command | undefined;
  /** Whether it is there. */
  readonly isThere: boolean;
}

/** What a {@linkcode MqttNode} works with. */
export interface NodeOptions {
  /** Its name, which stands in its topics. */
  node: string;
  /** Home Assistant's prefix; nothing where it is not to be told. */
  discoveryPrefix: string | undefined;
  /** Whether devices that the broker knows of an earlier run may come back: until then they are away. */
  remembers: boolean;
  devices(): readonly NodeDevice[];
  /** Tells a device what to do; false if there is none of this name. */
  apply(name: string, command: Command): boolean;
  publish(publication: Publication): void;
  /** The link is there, or lost. */
  onFound?(): void;
  onLost?(): void;
  reporter: Reporter;
  clock: Clock;
}

/** Errors a second that are told one by one: whoever floods a topic floods nobody's terminal. */
const ERRORS_A_SECOND = 1;
/** Devices of an earlier run that are heard of. */
const MOST_RECALLED = 1024;

/** The devices of one agent, or of one controller, as a broker knows them: their states out, and commands in. */
export class MqttNode {
  readonly filters: readonly string[];
  readonly will: Publication;
  #options: NodeOptions;
  #topics: ReturnType<typeof topicsOf>;
  /** Where Home Assistant says that it has started. */
  #birthTopic?: string;
  /** What was published last under a topic, since the broker took us in: what is said already needs no second word. */
  #said = new Map<string, string>();
  /** The names under which devices are known at the broker, and those that none has any more. */
  #names = new Set<string>();
  #goneNames = new Set<string>();
  /** Devices of an earlier run that have not come yet. */
  #remembered = new Set<string>();
  #limit: RateLimit;
  #isIn = false;
  #wasIn = false;

  constructor(options: NodeOptions) {
    const { node, discoveryPrefix, remembers, clock } = options;
    this.#options = options;
    this.#topics = topicsOf(node);
    this.#limit = new RateLimit(ERRORS_A_SECOND, clock);
    this.will = { topic: this.#topics.status, payload: "offline", retain: true };
    this.#birthTopic = discoveryPrefix && `${discoveryPrefix}/status`;
    this.filters = [
      this.#topics.set("+"),
      remembers ? this.#topics.deviceStatus("+") : this.#topics.state("+"),
      ...this.#birthTopic ? [this.#birthTopic] : [],
    ];
  }

  /** The broker has taken us in, and knows nothing of us, or what is old. */
  onReady(): void {
    this.#isIn = this.#wasIn = true;
    this.#options.onFound?.();
    this.onDevices();
  }

  /** The link is lost. */
  onLost(): void {
    this.#isIn = false;
    this.#said.clear();
    this.#options.onLost?.();
  }

  /** Says what a device is, where that is news. */
  tell({ name, doing, isThere, canBeAway }: NodeDevice): void {
    // What was kept of an earlier run must not be shown as the state of one that is there again.
    if (doing) this.#say(this.#topics.state(name), stateOf(doing));
    if (canBeAway) this.#say(this.#topics.deviceStatus(name), isThere ? "online" : "offline");
  }

  /** A device has come, has another name, or is no more. */
  onDevices(): void {
    const names = new Set(this.#devices().map(({ name }) => name));
    for (const name of this.#names.difference(names)) this.#goneNames.add(name);
    for (const name of names) this.#goneNames.delete(name);
    this.#names = names;
    this.#announce();
  }

  onMessage(message: BrokerMessage): void {
    const { topic, payload } = message;
    if (topic === this.#birthTopic) return this.#onBirth(message);
    const { node, device, kind } = parseTopic(topic) ?? {};
    if (node !== this.#options.node || device === undefined) return;
    if (kind === "set") return this.#onSet(device, message);
    // Later on it is what we said ourselves.
    if (!this.#wasIn && payload.length) this.#recall(device);
  }

  /** What is said when the program stops, since a will is for who goes without a word. */
  lastWords(): Publication[] {
    // Of a pin that blinked and was dark just then, no change tells that it is off.
    for (const device of this.#options.devices()) this.tell(device);
    return [this.will];
  }

  #onBirth({ payload, isRetained }: BrokerMessage): void {
    // What the broker had kept is old, and all is said to a broker anyway.
    if (isRetained || new TextDecoder().decode(payload) !== "online") return;
    this.#said.clear();
    this.#announce();
  }

  #onSet(device: string, { topic, payload, isRetained }: BrokerMessage): void {
    try {
      if (isRetained) throw retained(topic);
      if (!this.#options.apply(device, parseSet(payload))) throw noDevice(topic);
    } catch (error) {
      if (!(error instanceof PinwireError)) throw error;
      this.#tellError(error);
    }
  }

  /** The broker knows a device of an earlier run: it may come back, or is a pin that we don't have any more. */
  #recall(device: string): void {
    const names = this.#options.remembers ? this.#remembered : this.#goneNames;
    if (nameOf(device) === device && names.size < MOST_RECALLED) names.add(device);
  }

  #devices(): NodeDevice[] {
    const devices = [...this.#options.devices()];
    for (const { name } of devices) this.#remembered.delete(name);
    for (const name of this.#remembered) {
      devices.push({ name, doing: undefined, isThere: false, canBeAway: true });
    }
    return devices;
  }

  /** Home Assistant is told of the devices, and what they are, before it is told that they are there. */
  #announce(): void {
    if (!this.#isIn) return;
    const { node, discoveryPrefix } = this.#options;
    const devices = this.#devices();
    if (discoveryPrefix) {
      this.#say(discoveryTopic(discoveryPrefix, node), discoveryOf(node, devices, this.#goneNames));
    }
    for (const device of devices) this.tell(device);
    this.#say(this.#topics.status, "online");
    for (const name of this.#goneNames) {
      // An empty payload has the broker forget what it had kept.
      for (const topic of [this.#topics.deviceStatus(name), this.#topics.state(name)]) this.#say(topic, "");
    }
  }

  #say(topic: string, payload: string): void {
    if (!this.#isIn || this.#said.get(topic) === payload) return;
    this.#said.set(topic, payload);
    this.#options.publish({ topic, payload, retain: true });
  }

  #tellError(error: PinwireError): void {
    if (!this.#limit.allows()) return;
    const others = this.#limit.takeOver();
    if (others) this.#options.reporter.error(moreErrors(others));
    this.#options.reporter.error(error);
  }
}

/** A topic may be as long as a whole message. */
const shown = (topic: string) => visible(clipped(topic, 200));

const noDevice = (topic: string) =>
  new PinwireError("no_device", `nobody is at ${shown(topic)}`, {
    hint: "the name of a device stands there",
  });

const retained = (topic: string) =>
  new PinwireError("retained_set", `a retained command at ${shown(topic)} is passed over`, {
    hint: "it would be done at every start: publish commands without retain",
  });

const moreErrors = (count: number) =>
  new PinwireError("more_bad_sets", `commands that could not be done besides: ${count}`, {
    hint: "see who publishes them",
  });
