import { PinwireError, usageError } from "../../errors.ts";
import { type Clock, withTimeout } from "../../net/mod.ts";
import { visible } from "../../text/mod.ts";
import { ALL, nameOf, printWord } from "../protocol.ts";
import { type Command, isLit, resolve } from "../verbs.ts";
import type { BrokerMessage, Publication } from "./node.ts";
import { parseState, parseTopic, stateOf, topicsOf } from "./topics.ts";

/** Milliseconds that a device has to say that it is what it was told. */
const ANSWER_TIME = 2_000;
/** Devices that are read of; further ones are ignored. */
const MOST_DEVICES = 10_000;

/** A device that a broker knows. */
export interface BrokerDevice {
  node: string;
  device: string;
  /** What it does, as it said last. */
  doing?: Command;
  isThere: boolean;
}

/** Which device is meant: one of a node, or the only one of that name. */
export interface WhichDevice {
  node?: string;
  device: string;
}

/**
 * Reads `DEVICE` or `NODE/DEVICE`.
 *
 * @throws {PinwireError} `usage`
 */
export function parseWhich(text: string): WhichDevice {
  const names = text.split("/").map(nameOf);
  const device = names.pop();
  const [node, ...more] = names;
  if (device !== undefined && !more.length && !(names.length && node === undefined)) return { node, device };
  throw text === ALL
    ? usageError("at a broker all are not switched at once", "name a device, as in kitchen or pi/kitchen")
    : usageError(`"${text}" can't be a device at a broker`, "write DEVICE or NODE/DEVICE, as in pi/kitchen");
}

/** Asks a broker for devices, and tells one what to do: what `--via mqtt://…` says and hears. */
export class BrokerQuery {
  readonly filters: readonly string[];
  #which?: WhichDevice;
  #clock: Clock;
  #nodes = new Map<string, boolean>();
  #devices = new Map<string, BrokerDevice>();
  #heard?: () => void;

  /** @param which all devices if it is not given */
  constructor(which: WhichDevice | undefined, clock: Clock) {
    this.#which = which;
    this.#clock = clock;
    const { node = "+", device = "+" } = which ?? {};
    const topics = topicsOf(node);
    this.filters = [topics.status, topics.deviceStatus(device), topics.state(device)];
  }

  onMessage({ topic, payload }: BrokerMessage): void {
    const { node, device, kind } = parseTopic(topic) ?? {};
    if (node === undefined) return;
    const isOffline = new TextDecoder().decode(payload) === "offline";
    if (device === undefined) {
      if (kind === "status" && this.#nodes.size < MOST_DEVICES) this.#nodes.set(node, !isOffline);
      return;
    }
    if (!payload.length) return;
    const known = this.#device(node, device);
    if (kind === "status") known.isThere = !isOffline;
    if (kind === "state") known.doing = parseState(payload) ?? known.doing;
    this.#heard?.();
  }

  /**
   * What the broker knows, by the names of nodes and devices.
   *
   * @throws {PinwireError} `no_device` if one was asked for that isn't there; `two_devices`
   */
  devices(): BrokerDevice[] {
    const devices = [...this.#devices.values()].map((one) => ({
      ...one,
      isThere: one.isThere && this.#nodes.get(one.node) === true,
    })).sort((a, b) => pathOf(a) < pathOf(b) ? -1 : 1);
    return this.#which ? [this.#only(devices, this.#which)] : devices;
  }

  /**
   * Tells the device what to do; done when it has said that it is so.
   *
   * @throws {PinwireError} as {@linkcode devices}; `away`; `no_answer`
   */
  async tell(command: Command, publish: (publication: Publication) => void): Promise<BrokerDevice> {
    const [device] = this.devices();
    if (!device.isThere) {
      throw new PinwireError("away", `${pathOf(device)} is away`, { hint: "its program does not run" });
    }
    const wanted = device.doing ? stateOf(resolve(command, isLit(device.doing))) : undefined;
    const said = Promise.withResolvers<void>();
    this.#heard = () => {
      const { doing } = this.#device(device.node, device.device);
      if (doing && (wanted === undefined || stateOf(doing) === wanted)) said.resolve();
    };
    publish({ topic: topicsOf(device.node).set(device.device), payload: printWord(command), retain: false });
    // One that is so already says nothing.
    if (device.doing) this.#heard();
    if (await withTimeout(ANSWER_TIME, said.promise, this.#clock)) return this.devices()[0];
    throw new PinwireError("no_answer", `${pathOf(device)} has not said within 2 s that it is so`, {
      hint: "see what its agent says",
    });
  }

  #device(node: string, device: string): BrokerDevice {
    const path = pathOf({ node, device });
    const known = this.#devices.get(path) ?? { node, device, isThere: true };
    if (this.#devices.size < MOST_DEVICES) this.#devices.set(path, known);
    return known;
  }

  #only(devices: BrokerDevice[], which: WhichDevice): BrokerDevice {
    const [one, ...more] = devices;
    const name = which.node === undefined ? which.device : pathOf({ ...which, node: which.node });
    if (!one) {
      throw new PinwireError("no_device", `there is no device ${visible(name)} at the broker`, {
        hint: "led status --via shows those that there are",
      });
    }
    if (!more.length) return one;
    throw new PinwireError("two_devices", `${devices.length} nodes have a device ${visible(name)}`, {
      hint: `write ${devices.slice(0, 3).map(pathOf).map(visible).join(" or ")}`,
    });
  }
}

/** How a device is written. */
export const pathOf = ({ node, device }: { node: string; device: string }): string => `${node}/${device}`;
