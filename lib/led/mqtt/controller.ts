import type { Context } from "../../app/mod.ts";
import { nameOfHost } from "../protocol.ts";
import type { DeviceEntry, Registry } from "../registry.ts";
import { type Command, isMoving } from "../verbs.ts";
import { type BrokerLink, MqttNode, type NodeDevice, type OpenBrokerLink } from "./node.ts";

/** What `led serve --mqtt` is told. */
export interface BrokerControllerOptions {
  name?: string;
  discoveryPrefix: string | undefined;
}

/** Brings the devices of a controller to a broker, as those of one node. */
export class BrokerBridge implements Disposable {
  #watching: Disposable;
  #link: BrokerLink;

  constructor(
    registry: Registry,
    { name, discoveryPrefix }: BrokerControllerOptions,
    openLink: OpenBrokerLink,
    context: Context,
  ) {
    const node = name ?? nameOfHost(Deno.hostname());
    // By their names then, which a device may change.
    const told = new Map<DeviceEntry, string>();
    const broker: MqttNode = new MqttNode({
      ...context,
      node,
      discoveryPrefix,
      remembers: true,
      devices: () => registry.list().flatMap(seen),
      apply(name, command) {
        const entry = registry.list().find((one) => one.name === name);
        if (entry) registry.command(entry, command);
        return entry !== undefined;
      },
      publish: (publication) => this.#link.publish(publication),
    });
    this.#link = openLink(node, broker, context);
    this.#watching = registry.watch((entry, isGone) => {
      const name = isGone ? undefined : entry.name;
      if (name === told.get(entry)) return seen(entry).forEach((device) => broker.tell(device));
      if (name === undefined) told.delete(entry);
      else told.set(entry, name);
      broker.onDevices();
    });
  }

  /**
   * Keeps the link up until the context stops.
   *
   * @throws {PinwireError} what no other attempt can mend
   */
  run(): Promise<void> {
    return this.#link.run();
  }

  [Symbol.dispose](): void {
    this.#watching[Symbol.dispose]();
  }
}

/** A device as a broker sees it; a client without a name is none there. */
function seen(entry: DeviceEntry): NodeDevice[] {
  const { name, link } = entry;
  return name === undefined ? [] : [{ name, doing: doingOf(entry), isThere: !!link, canBeAway: true }];
}

/** What it does, as far as one knows: a plain client never says what its pin is, only what it was told is known. */
function doingOf({ hello, on, desired }: DeviceEntry): Command | undefined {
  if (!hello || isMoving(desired)) return desired;
  return on === undefined ? undefined : { do: on ? "on" : "off" };
}
