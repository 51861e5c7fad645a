import { parseService, type Service, type ServiceKind } from "../app/mod.ts";

/** A broker, as its URL names it. */
export type Broker = Pick<Service, "address" | "user">;

/** Brokers, with the ports that IANA has given to MQTT. */
export const BROKER: ServiceKind = {
  noun: "a broker",
  scheme: "mqtt",
  ports: [1883, 8883],
  variable: "PINWIRE_MQTT_PASSWORD",
  path: { form: /^$/, hint: "write mqtt://HOST or mqtt://HOST:PORT" },
};

/**
 * Reads `mqtt://[USER@]HOST[:PORT]`, or `mqtts://` for TLS; USER may be percent-encoded (RFC 3986, section 2.1).
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseBroker("mqtts://pi@broker.local"), {
 *   address: { scheme: "tls", hostname: "broker.local", port: 8883 },
 *   user: "pi",
 * });
 * ```
 *
 * @throws {PinwireError} `usage`, telling what is right
 */
export function parseBroker(text: string): Broker {
  const { path: _none, ...broker } = parseService(text, BROKER);
  return broker;
}
