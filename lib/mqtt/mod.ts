/**
 * A client of MQTT 5 brokers, which keeps its link up and knows no mode.
 *
 * @module
 */
export { type Broker, parseBroker } from "./broker.ts";
export { MqttClient, type MqttHandlers, type MqttOptions } from "./client.ts";
export { type BrokerSettings, mqttSettings } from "./settings.ts";
export { type Message, type Publication } from "./messages.ts";
export { type Visit, visitBroker } from "./visit.ts";
