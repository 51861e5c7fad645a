import type { Reporter } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { type Clock, RateLimit } from "../../net/mod.ts";
import { visible } from "../../text/mod.ts";
import type { Command } from "../verbs.ts";
import { type DiscoveredDevice, discoveryOf, discoveryTopic } from "./discovery.ts";
import { deviceOf, parseSet, stateOf, topicsOf } from "./topics.ts";

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
  isRetained: boolean;
}

/** A device as a broker sees it. */
export interface NodeDevice extends DiscoveredDevice {
  /** What it does; nothing while that is not known. */
  readonly doing: Command | undefined;
  /** Whether it is there. */
  readonly isThere: boolean;
  apply(command: Command): void;
}

/** What a {@linkcode MqttNode} works with. */
export interface NodeOptions {
  /** Its name, which stands in its topics. */
  node: string;
  /** Home Assistant's prefix; `none` where it is not to be told. */
  discoveryPrefix: string;
  /** Of the program. */
  version: string;
  devices(): readonly NodeDevice[];
  publish(publication: Publication): void;
  reporter: Reporter;
  clock: Clock;
}

/** What `--discovery-prefix` says where nobody is to discover anything. */
export const NO_DISCOVERY = "none";
/** Errors a second that are told one by one: whoever floods a topic floods nobody's terminal. */
const ERRORS_A_SECOND = 1;

/** The devices of one agent, or of one controller, as a broker knows them: their states out, and commands in. */
export class MqttNode {
  readonly filters: readonly string[];
  readonly will: Publication;
  #options: NodeOptions;
  #topics: ReturnType<typeof topicsOf>;
  /** What was published last under a topic, since the broker took us in: what is said already needs no second word. */
  #said = new Map<string, string>();
  #limit: RateLimit;
  #isIn = false;

  constructor(options: NodeOptions) {
    const { node, discoveryPrefix, clock } = options;
    this.#options = options;
    this.#topics = topicsOf(node);
    this.#limit = new RateLimit(ERRORS_A_SECOND, clock);
    this.will = { topic: this.#topics.status, payload: "offline", retain: true };
    this.filters = [
      this.#topics.set("+"),
      ...discoveryPrefix === NO_DISCOVERY ? [] : [`${discoveryPrefix}/status`],
    ];
  }

  /** The broker has taken us in, and knows nothing of us, or what is old. */
  onReady(): void {
    this.#isIn = true;
    void this.#announce();
  }

  /** The link is lost. */
  onLost(): void {
    this.#isIn = false;
    this.#said.clear();
  }

  /** Says what a device is, where that is news. */
  tell({ name, doing, isThere, canBeAway }: NodeDevice): void {
    if (canBeAway) this.#say(this.#topics.deviceStatus(name), isThere ? "online" : "offline");
    if (doing) this.#say(this.#topics.state(name), stateOf(doing));
  }

  /** A device has come, or has another name: Home Assistant is told of all. */
  onDevices(): void {
    if (this.#isIn) void this.#announce();
  }

  onMessage({ topic, payload, isRetained }: BrokerMessage): void {
    if (topic === `${this.#options.discoveryPrefix}/status`) {
      // Home Assistant has started, and may have forgotten us.
      if (new TextDecoder().decode(payload) === "online") {
        this.#said.clear();
        void this.#announce();
      }
      return;
    }
    const name = deviceOf(topic)?.device;
    const device = this.#options.devices().find((one) => one.name === name);
    try {
      if (!device) throw noDevice(topic);
      if (isRetained) throw retained(topic);
      device.apply(parseSet(payload));
    } catch (error) {
      if (!(error instanceof PinwireError)) throw error;
      this.#tellError(error);
    }
  }

  /** What is said when the program stops, since a will is for who goes without a word. */
  lastWords(): Publication[] {
    return [this.will];
  }

  /** Home Assistant is told of the devices before it is told that they are there, and what they are. */
  async #announce(): Promise<void> {
    const { node, discoveryPrefix, version, devices } = this.#options;
    const all = devices();
    if (discoveryPrefix !== NO_DISCOVERY) {
      const topic = await discoveryTopic(discoveryPrefix, node);
      this.#say(topic, await discoveryOf(node, all, version));
    }
    this.#say(this.#topics.status, "online");
    for (const device of all) this.tell(device);
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

const noDevice = (topic: string) =>
  new PinwireError("no_device", `nobody is at ${visible(topic)}`, { hint: "the name of a pin stands there" });

const retained = (topic: string) =>
  new PinwireError("retained_set", `a retained command at ${visible(topic)} is passed over`, {
    hint: "it would be done at every start: publish commands without retain",
  });

const moreErrors = (count: number) =>
  new PinwireError("more_bad_sets", `commands that could not be done besides: ${count}`, {
    hint: "see who publishes them",
  });
