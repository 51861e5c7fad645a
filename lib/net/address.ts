import { usageError } from "../errors.ts";
import { canonicalIp, isIpAddress, unmapped } from "./ip.ts";

/** Where a listener listens or a peer is. */
export type Address = HostAddress | UnixAddress;

/** A host and port, over TCP, UDP, or TLS over TCP. */
export interface InternetAddress {
  scheme: "tcp" | "udp" | "tls";
  /** A name, or an IP address in its one form ({@linkcode canonicalIp}), IPv6 without brackets. */
  hostname: string;
  port: number;
}

/** Where a WebSocket is, over TCP or TLS. */
export interface WebAddress {
  scheme: "ws" | "wss";
  /** As of {@linkcode InternetAddress}. */
  hostname: string;
  port: number;
  /** What follows the port, with its query: `/chat?room=1`; `/` if it isn't given. */
  path?: string;
}

/** Whatever has a host and a port. */
export type HostAddress = InternetAddress | WebAddress;

/** Where a Unix domain socket is. */
export interface UnixAddress {
  scheme: "unix";
  /** A file, or NUL and the name of an abstract socket, which has none (unix(7)). */
  path: string;
}

/** Something that has a scheme: an address, one end of a socket. */
type Schemed = { readonly scheme?: string };

/** Whether it has TLS. */
export const isTls = <T extends Schemed>(one: T): one is T & { scheme: "tls" | "wss" } =>
  one.scheme === "tls" || one.scheme === "wss";

/** Whether it is a WebSocket. */
export const isWeb = <T extends Schemed>(one: T): one is T & { scheme: WebAddress["scheme"] } =>
  one.scheme === "ws" || one.scheme === "wss";

/** Whether it has TCP below, whatever is on top. */
export const isOverTcp = (one: Schemed): boolean => one.scheme === "tcp" || isTls(one) || isWeb(one);

/** Any scheme of an address. */
export type Scheme = Address["scheme"];

/** What an address on the command line may leave out, and which schemes it may have. */
export interface AddressDefaults {
  /** Used where the port is missing; without it a missing port is an error. */
  port?: number;
  /** Used in its place for `ws://` and `wss://`: a client's are 80 and 443 (RFC 6455, section 3). */
  webPorts?: { ws: number; wss: number };
  /** Used where the host is missing; default 127.0.0.1. */
  host?: string;
  /** The schemes that make sense; the first is taken where none is given. */
  schemes: readonly Scheme[];
}

/** The ports that a client dials where none is given. */
export const WEB_PORTS = { ws: 80, wss: 443 } as const;

/**
 * Reads `HOST:PORT`, `PORT`, `:PORT` (loopback), `[::1]:PORT`, `HOST`, each perhaps behind `tcp://`, `udp://` or
 * `tls://`; with a path and a query behind `ws://` or `wss://`, or `unix:PATH`, or `unix:@NAME` for an abstract socket.
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
export function parseAddress(
  text: string,
  { port, webPorts, host = "127.0.0.1", schemes }: AddressDefaults,
): Address {
  const [, given, whole] = text.match(/^(?:(tcp|udp|tls|wss?):\/\/|unix:(?=.))?(.*)$/s)!;
  const scheme = given as Scheme | undefined ?? (text.startsWith("unix:") ? "unix" : schemes[0]);
  if (!schemes.includes(scheme)) {
    throw usageError(`${prefixOf(scheme)} can't be used here`, `use ${schemes.map(prefixOf).join(", ")}`);
  }
  if (scheme === "unix") {
    if (text === "unix:") throw wrong(text, "the path is missing; write unix:PATH");
    return { scheme, path: whole.startsWith("@") ? `\0${parseAbstract(whole, text)}` : whole };
  }
  const isWeb = scheme === "ws" || scheme === "wss";
  const [, rest, path] = isWeb ? whole.match(/^([^/?#]*)(.*)$/s)! : ["", whole, ""];
  const narrow = text.normalize("NFKC").replaceAll("。", ".");
  if (narrow !== text && /^[!-~]+$/.test(narrow)) throw wrong(text, `write ${narrow}`);
  if (/^[a-z]+:\/\//i.test(rest)) {
    const known = schemes.map(prefixOf).join(", ");
    throw wrong(
      text,
      isHttp(rest) ? `http runs over TCP and https over TLS; use ${known}` : `unknown scheme; use ${known}`,
    );
  }
  if (/^(tcp|udp|tls|wss?):[^/]/i.test(rest)) {
    throw wrong(
      text,
      `write ${rest.replace(/^\w+:/, (scheme) => `${scheme.toLowerCase()}//`)}`,
    );
  }
  if (/^[^/[]*@/.test(rest)) {
    throw wrong(
      text,
      isWeb
        ? "give the user name with --header 'Authorization: …'"
        : "leave the user name out, there are none",
    );
  }
  if (/^[./]/.test(rest)) throw wrong(text, `write unix:${rest} for the path of a socket`);
  const [, brackets, plain, portText] = rest.match(/^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/s) ?? [];
  if (brackets === undefined && plain === undefined) {
    throw wrong(text, "write HOST:PORT, or [ADDRESS]:PORT for IPv6");
  }
  const onlyPort = portText === undefined && plain !== undefined && /^\d+$/.test(plain);
  const named = onlyPort ? "" : brackets ?? plain;
  const hostname = brackets !== undefined ? parseIpv6(brackets, text) : named ? parseHost(named, text) : host;
  const usual = isWeb && webPorts ? webPorts[scheme] : port;
  const number = parsePort(onlyPort ? plain : portText, text) ?? usual;
  if (number === undefined) throw wrong(text, "the port is missing; write HOST:PORT");
  return isWeb
    ? { scheme, hostname, port: number, ...path && { path: parsePath(path, text) } }
    : { scheme, hostname, port: number };
}

/** `tcp://127.0.0.1:80`, `tcp://[::1]:80`, `ws://127.0.0.1:80/a`, without a query, `unix:/run/x`, `unix:@x`. */
export function formatAddress(address: Address): string {
  if (address.scheme !== "unix") {
    // A query may hold what nobody else should read.
    const path = "path" in address ? address.path?.replace(/\?.*/s, "") : "";
    return `${address.scheme}://${hostPort(address)}${path === "/" ? "" : path ?? ""}`;
  }
  const name = abstractName(address.path);
  return `unix:${name === undefined ? address.path : `@${name}`}`;
}

/** The name of an abstract socket; `undefined` for the path of a file. */
export function abstractName(path: string): string | undefined {
  return path.startsWith("\0") ? path.slice(1) : undefined;
}

/** @throws {PinwireError} `usage` where the system has no abstract sockets */
export function checkAbstract(): void {
  if (Deno.build.os === "linux") return;
  throw usageError("abstract sockets are for Linux", "write unix:PATH, or unix:./@NAME for a file");
}

/** `127.0.0.1:80` or `[::1]:80`; an IPv4 address that came in by an IPv6 listener is shown as IPv4. */
export function hostPort({ hostname, port }: { hostname: string; port: number }): string {
  const host = unmapped(hostname);
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Whether this can be a host: an IP address, or a name of labels whose last is no number (RFC 1123, section 2.1),
 * with `*.` in a certificate.
 */
export function isHost(host: string): boolean {
  return isIpAddress(host) || host.length <= 253 && !NUMERIC.test(host) &&
      /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*$/i.test(host);
}

/** Whether nothing beyond this machine can reach or be reached at this IP address or name. */
export function isLoopback(hostname: string): boolean {
  if (hostname === "127.0.0.1") return true;
  const host = unmapped(hostname);
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** What the resolver would read as an IPv4 address in a form of its own, such as `127.1`. */
const NUMERIC = /(^|\.)(0x[0-9a-f]*|\d+)$/i;

function parseIpv6(brackets: string, text: string): string {
  const address = brackets.includes(":") ? canonicalIp(brackets) : undefined;
  if (!address) throw wrong(text, "in brackets stands an IPv6 address, as in [::1]:PORT");
  return address;
}

function parseAbstract(rest: string, text: string): string {
  const name = rest.slice(1);
  if (!name) throw wrong(text, "the name is missing; write unix:@NAME, or unix:./@ for a file");
  if ([...name].some((character) => character < " ")) throw wrong(text, "a name has no control characters");
  return name;
}

function parseHost(host: string, text: string): string {
  if (host === "*") throw wrong(text, "write 0.0.0.0 for all interfaces");
  if (/\s/.test(host)) throw wrong(text, "a host name has no spaces");
  if (NUMERIC.test(host) && !isIpAddress(host)) {
    throw wrong(text, "an IPv4 address has four numbers from 0 to 255, none of which begins with 0");
  }
  // What a browser makes of a name in another script (RFC 5891). One dot may end a name: it is then a whole one.
  const name = /^[ -~]*$/.test(host) ? host : URL.parse(`http://${host}`)?.hostname ?? host;
  if (!isHost(name.replace(/\.$/, "")) || name.startsWith("*.")) {
    throw wrong(text, "a host is an IP address or a name of letters, digits, hyphens and dots");
  }
  return name;
}

const prefixOf = (scheme: Scheme) => scheme === "unix" ? "unix:" : `${scheme}://`;

const isHttp = (text: string) => /^https?:/i.test(text);

const wrong = (text: string, hint: string) => usageError(`"${text}" is not an address`, hint);

function parsePath(path: string, text: string): string {
  if (path.includes("#")) throw wrong(text, "leave out what is behind #, which no server is told");
  return path.replace(/^\?/, "/?").replace(/[^!-~]+/gu, (characters) => encodeURIComponent(characters));
}

function parsePort(digits: string | undefined, text: string): number | undefined {
  if (digits === undefined || digits === "") return undefined;
  const port = /^\d+$/.test(digits) ? Number(digits) : NaN;
  if (!(port <= 65535)) throw wrong(text, `the port "${digits}" must be a number from 0 to 65535`);
  return port;
}

/** Whether this is an address over UDP on one link, `[ff02::114%eth0]`. */
export const isZoned = (address: Address): boolean =>
  address.scheme === "udp" && address.hostname.includes("%");
