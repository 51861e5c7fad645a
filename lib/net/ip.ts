/**
 * An IP address in its one form, so that two of the same value are equal as text: IPv6 as in RFC 5952, an IPv4 address
 * mapped into IPv6 (RFC 4291, section 2.5.5.2) as IPv4; the zone behind `%` stays as it is. `undefined` for a name.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(canonicalIp("0:0::0001"), "::1");
 * assertEquals(canonicalIp("::FFFF:7f00:1"), "127.0.0.1");
 * assertEquals(canonicalIp("localhost"), undefined);
 * ```
 */
export function canonicalIp(host: string): string | undefined {
  if (!host.includes(":")) return isIpv4(host) ? host : undefined;
  const [, address, zone] = host.match(/^([^%]*)(%[\w.-]+)?$/) ?? [];
  const url = address === undefined ? null : URL.parse(`http://[${address}]`);
  if (!url) return undefined;
  const ip = url.hostname.slice(1, -1);
  const mapped = ip.match(/^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/);
  if (!mapped) return ip + (zone ?? "");
  return mapped.slice(1).map((group) => parseInt(group, 16)).flatMap((group) => [group >> 8, group & 255])
    .join(".");
}

/** Whether this is an IP address, in any of its forms, and not a name. */
export const isIpAddress = (host: string): boolean => canonicalIp(host) !== undefined;

/** Whether an IP address is one of IPv6. */
export const isIpv6 = (address: string): boolean => address.includes(":");

/** What the system tells of an IPv4 peer of a socket of IPv6, as IPv4: {@linkcode canonicalIp} without its cost. */
export function unmapped(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

/** The same without the zone behind `%`, which the system doesn't tell of a sender. */
export const withoutZone = (address: string): string => address.replace(/%.*/s, "");

/** An address that a socket tells, with the zone of the one that was asked for, which the runtime leaves out. */
export function withZoneOf(asked: string, told: string): string {
  return withoutZone(asked) === told ? asked : told;
}

// Fewer numbers, or one that begins with 0, mean another address to each program (RFC 6943, section 3.1.1).
const isIpv4 = (host: string) =>
  /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/.test(host) &&
  host.split(".").every((part) => Number(part) <= 255);

/** Whether an IP address stands for all those of this machine (RFC 4291, section 2.5.2). */
export const isUnspecified = (host: string | undefined): boolean => host === "0.0.0.0" || host === "::";

/** A host, where the one name that needs no resolver is its address (RFC 6761, section 6.3). */
export const withoutLocalhost = (hostname: string): string =>
  hostname === "localhost" ? "127.0.0.1" : hostname;
