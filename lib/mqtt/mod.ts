/**
 * A client of MQTT 5 brokers, which keeps its link up and knows no mode.
 *
 * @module
 */
export { type Broker, isBroker, parseBroker } from "./broker.ts";
export { MqttClient, type MqttHandlers, type MqttOptions } from "./client.ts";
export { type Message, type Publication } from "./session.ts";
