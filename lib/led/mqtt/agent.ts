import type { Context } from "../../app/mod.ts";
import { usageError } from "../../errors.ts";
import type { NamedLine } from "../agent/command.ts";
import { LostLink, type OnDisconnect } from "../agent/lost_link.ts";
import type { OpenSteering } from "../agent/steering.ts";
import { type GpioOptions, linesOf } from "../options.ts";
import type { Device } from "../pins/device.ts";
import { nameOfHost } from "../protocol.ts";
import { isLit, resolve } from "../verbs.ts";
import { MqttNode, type NodeDevice, type OpenBrokerLink } from "./node.ts";

/** A pin without a name stands alone under its node. */
const ONLY = "led";

/** The pins under the names of their devices at a broker, where the agent's own name is that of the node. */
export const brokerLines = (options: GpioOptions): NamedLine[] =>
  linesOf(options).map((one) => ({ ...one, name: one.name ?? ONLY }));

/** What `led agent mqtt://…` is told. */
export interface BrokerAgentOptions {
  name?: string;
  discoveryPrefix: string | undefined;
  onDisconnect: OnDisconnect;
}

/** @throws {PinwireError} `usage` for an option that is for a controller alone */
export function checkBrokerOptions({ interactive, tokenFile, once, until }: {
  interactive: boolean;
  tokenFile?: string;
  once: boolean;
  until?: string;
}): void {
  const given = {
    "--interactive": interactive,
    "--token-file": tokenFile !== undefined,
    "--once": once,
    "--until": until !== undefined,
  };
  const wrong = Object.entries(given).find(([, isGiven]) => isGiven);
  if (wrong) throw usageError(`${wrong[0]} is for a controller, not for a broker`, "leave it out");
}

/** Has a broker command pins, all over one link. */
export function byBroker(
  { name, discoveryPrefix, onDisconnect }: BrokerAgentOptions,
  openLink: OpenBrokerLink,
): OpenSteering {
  const node = name ?? nameOfHost(Deno.hostname());
  return (context) => Promise.resolve((devices) => Promise.resolve(steer(devices, context)));

  function steer(devices: readonly Device[], context: Context) {
    const lost = devices.map((device) => new LostLink(device, onDisconnect));
    const broker: MqttNode = new MqttNode({
      ...context,
      node,
      discoveryPrefix,
      remembers: false,
      devices: () => devices.map(seen),
      apply(name, command) {
        const device = devices.find((one) => one.name === name);
        if (!device) return false;
        device.apply(resolve(command, isLit(device.doing)));
        // Of a new rate no change of the pin tells.
        broker.tell(seen(device));
        return true;
      },
      publish: (publication) => link.publish(publication),
      onFound: () => lost.forEach((one) => one.found()),
      onLost() {
        if (!context.stop.signal.aborted) lost.forEach((one) => one.lost());
      },
    });
    const link = openLink(node, broker, context);
    return { report: (device: Device) => broker.tell(seen(device)), run: () => link.run() };
  }
}

const seen = ({ name, doing }: Device): NodeDevice => ({ name, doing, isThere: true, canBeAway: false });
