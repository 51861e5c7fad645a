import { readU16 } from "./bytes.ts";

/** An end of a conversation. */
export interface Endpoint {
  /** An IP address. */
  address: string;
  port: number;
}

/**
 * An IP address as a header has it: 4 or 16 bytes; `undefined` for what is none. A zone behind `%` is left out, as no
 * header has it.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseIpAddress("127.0.0.1"), new Uint8Array([127, 0, 0, 1]));
 * assertEquals(parseIpAddress("fe80::1%eth0")?.toHex(), "fe800000000000000000000000000001");
 * assertEquals(parseIpAddress("localhost"), undefined);
 * ```
 */
export function parseIpAddress(text: string): Uint8Array | undefined {
  if (!text.includes(":")) return parseIpv4Address(text);
  // RFC 5952, with no dots.
  const canonical = URL.parse(`http://[${text.replace(/%.*/s, "")}]`)?.hostname.slice(1, -1);
  if (canonical === undefined) return undefined;
  const [head, tail] = canonical.split("::").map((side) => side.split(":").filter(Boolean));
  const groups = [...head, ...Array(8 - head.length - (tail?.length ?? 0)).fill("0"), ...(tail ?? [])];
  return Uint8Array.from(groups.map((group) => parseInt(group, 16)).flatMap((group) => [group >> 8, group]));
}

/**
 * The text of an address of 4 or 16 bytes, IPv6 as in RFC 5952.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(formatIpAddress(new Uint8Array([10, 0, 0, 1])), "10.0.0.1");
 * assertEquals(formatIpAddress(parseIpAddress("2001:db8:0:0:1:0:0:1")!), "2001:db8::1:0:0:1");
 * ```
 */
export function formatIpAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => readU16(bytes, 2 * i));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${bytes.subarray(12).join(".")}`;
  }
  const text = groups.map((group) => group.toString(16));
  const { from, length } = longestZeros(groups);
  if (length < 2) return text.join(":");
  return `${text.slice(0, from).join(":")}::${text.slice(from + length).join(":")}`;
}

function parseIpv4Address(text: string): Uint8Array | undefined {
  const parts = /^\d{1,3}(\.\d{1,3}){3}$/.test(text) ? text.split(".").map(Number) : [];
  return parts.length === 4 && parts.every((part) => part <= 255) ? Uint8Array.from(parts) : undefined;
}

/** The first of the longest runs of zeros. */
function longestZeros(groups: number[]): { from: number; length: number } {
  let longest = { from: 0, length: 0 };
  for (let from = 0; from < groups.length; from++) {
    let end = from;
    while (groups[end] === 0) end++;
    if (end - from > longest.length) longest = { from, length: end - from };
    from = end;
  }
  return longest;
}
