import { usageError } from "../errors.ts";

/** Where a listener listens or a peer is. */
export type Address = InternetAddress | UnixAddress;

/** A host and port, over TCP, UDP, or TLS over TCP. */
export interface InternetAddress {
  scheme: "tcp" | "udp" | "tls";
  /** A name or an IP address, IPv6 without brackets. */
  hostname: string;
  port: number;
}

/** The path of a Unix domain socket. */
export interface UnixAddress {
  scheme: "unix";
  path: string;
}

/** Any scheme of an address. */
export type Scheme = Address["scheme"];

/** What an address on the command line may leave out, and which schemes it may have. */
export interface AddressDefaults {
  /** Used where the port is missing; without it a missing port is an error. */
  port?: number;
  /** The schemes that make sense; the first is taken where none is given. */
  schemes: readonly Scheme[];
}

/**
 * Reads `HOST:PORT`, `PORT`, `:PORT` (loopback), `[::1]:PORT`, `HOST`, each perhaps behind `tcp://`, `udp://` or
 * `tls://`, or `unix:PATH`.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseAddress("udp://[::1]:7", { schemes: ["tcp", "udp"] }), {
 *   scheme: "udp",
 *   hostname: "::1",
 *   port: 7,
 * });
 * ```
 *
 * @throws {PinwireError} `usage`, telling what is right
 */
export function parseAddress(text: string, { port, schemes }: AddressDefaults): Address {
  const [, given, rest] = text.match(/^(?:(tcp|udp|tls):\/\/|unix:(?=.))?(.*)$/s)!;
  const scheme = given as Scheme | undefined ?? (text.startsWith("unix:") ? "unix" : schemes[0]);
  if (!schemes.includes(scheme)) {
    throw usageError(`${prefixOf(scheme)} can't be used here`, `use ${schemes.map(prefixOf).join(", ")}`);
  }
  if (scheme === "unix") {
    if (text === "unix:") throw wrong(text, "the path is missing; write unix:PATH");
    return { scheme, path: rest };
  }
  if (/^[a-z]+:\/\//i.test(rest)) {
    throw wrong(text, `unknown scheme; use ${schemes.map(prefixOf).join(", ")}`);
  }
  if (/^(tcp|udp|tls):\d/.test(rest)) throw wrong(text, `write ${rest.replace(":", "://")}`);
  if (/^[^/[]*@/.test(rest)) throw wrong(text, "leave the user name out, there are none");
  if (/^[./]/.test(rest)) throw wrong(text, `write unix:${rest} for the path of a socket`);
  const [, brackets, plain, portText] = rest.match(/^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/s) ?? [];
  if (brackets === undefined && plain === undefined) {
    throw wrong(text, "write HOST:PORT, or [ADDRESS]:PORT for IPv6");
  }
  const onlyPort = portText === undefined && plain !== undefined && /^\d+$/.test(plain);
  const hostname = (onlyPort ? "" : brackets ?? plain) || "127.0.0.1";
  const number = parsePort(onlyPort ? plain : portText, text) ?? port;
  if (number === undefined) throw wrong(text, "the port is missing; write HOST:PORT");
  if (/\s/.test(hostname)) throw wrong(text, "a host name has no spaces");
  return { scheme, hostname, port: number };
}

/** `tcp://127.0.0.1:80`, `tcp://[::1]:80`, `unix:/run/x`. */
export function formatAddress(address: Address): string {
  return address.scheme === "unix" ? `unix:${address.path}` : `${address.scheme}://${hostPort(address)}`;
}

/** `127.0.0.1:80` or `[::1]:80`; an IPv4 address that came in by an IPv6 listener is shown as IPv4. */
export function hostPort({ hostname, port }: { hostname: string; port: number }): string {
  const host = unmapped(hostname);
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Takes the IPv6 prefix off an IPv4 address (RFC 4291, section 2.5.5.2). */
export function unmapped(hostname: string): string {
  return hostname.startsWith("::ffff:") && hostname.includes(".") ? hostname.slice(7) : hostname;
}

/** Whether this is an IP address in its usual form, and not a name. */
export function isIpAddress(host: string): boolean {
  if (/^\d+(\.\d+){3}$/.test(host)) return host.split(".").every((part) => Number(part) <= 255);
  return host.includes(":") && URL.canParse(`http://[${host}]`);
}

/** Whether this can be a host: an IP address, or a name of labels (RFC 1123, section 2.1), with `*.` in a certificate. */
export function isHost(host: string): boolean {
  return isIpAddress(host) || host.length <= 253 &&
      /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*$/i.test(host);
}

/** Whether nothing beyond this machine can reach or be reached at this IP address or name. */
export function isLoopback(hostname: string): boolean {
  if (hostname === "127.0.0.1") return true;
  const host = unmapped(hostname);
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

const prefixOf = (scheme: Scheme) => scheme === "unix" ? "unix:" : `${scheme}://`;

const wrong = (text: string, hint: string) => usageError(`"${text}" is not an address`, hint);

function parsePort(digits: string | undefined, text: string): number | undefined {
  if (digits === undefined || digits === "") return undefined;
  const port = /^\d+$/.test(digits) ? Number(digits) : NaN;
  if (!(port <= 65535)) throw wrong(text, `the port "${digits}" must be a number from 0 to 65535`);
  return port;
}
