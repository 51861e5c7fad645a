/**
 * A client of MQTT 5 brokers, which keeps its link up and knows no mode.
 *
 * @module
 */
export { prepareLinks } from "./links.ts";
export { mqttSettings } from "./settings.ts";
export { visitBroker } from "./visit.ts";
