import type { Context } from "../app/mod.ts";
import { MqttClient, type NodeHandlers } from "./client.ts";
import { type BrokerSettings, mqttSettings } from "./settings.ts";

/**
 * Prepares links of nodes to a broker.
 *
 * @throws {PinwireError} what {@linkcode mqttSettings} throws
 * @returns what opens the link of a node, whose client id is `pinwire-NODE`
 */
export async function prepareLinks(
  url: string,
  options: BrokerSettings,
): Promise<(node: string, handlers: NodeHandlers, context: Context) => MqttClient> {
  const settings = await mqttSettings(url, options);
  return (node, handlers, context) =>
    new MqttClient({ ...settings, clientId: `pinwire-${node}`, will: handlers.will }, handlers, context);
}
