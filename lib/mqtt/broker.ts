import { usageError } from "../errors.ts";
import { type InternetAddress, parseAddress } from "../net/mod.ts";

/** A broker, as its URL names it. */
export interface Broker {
  /** Over TLS with `mqtts://`. */
  address: InternetAddress;
  /** Who we are to the broker. */
  user?: string;
}

/** Ports that IANA has given to MQTT, plain and over TLS. */
const PORTS = { mqtt: 1883, mqtts: 8883 };

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
  // What stands before the @ may be a secret.
  const wrong = (hint: string) => usageError(`"${text.replace(/\/\/.*@/s, "//…@")}" is not a broker`, hint);
  const [, given, user, rest] = text.match(/^(mqtts?):\/\/(?:(.*)@)?(.*?)\/?$/is) ?? [];
  if (rest === undefined) throw wrong("write mqtt://HOST or mqtts://USER@HOST");
  if (user?.includes(":")) {
    throw wrong(
      "a password in it is seen by everybody: put it into PINWIRE_MQTT_PASSWORD or --password-file",
    );
  }
  if (!rest || rest.includes("/")) throw wrong("write mqtt://HOST or mqtt://HOST:PORT");
  const scheme = given.toLowerCase();
  const port = PORTS[scheme as keyof typeof PORTS];
  const secure = scheme === "mqtts" ? "tls" : "tcp";
  // A number alone is a port to every other address; here it would be a host.
  if (/^\d+$/.test(rest)) throw wrong(`write ${scheme}://localhost:${rest}`);
  const address = parseAddress(rest, { port, schemes: [secure] }) as InternetAddress;
  return { address, ...user && { user: decodeUser(user, wrong) } };
}

function decodeUser(user: string, wrong: (hint: string) => Error): string {
  try {
    return decodeURIComponent(user);
  } catch {
    throw wrong("a % in the name is written %25");
  }
}
