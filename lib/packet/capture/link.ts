import { readU16, readU32 } from "../bytes.ts";
import type { CapturedPacket } from "./captured_packet.ts";

/** What the first bytes of a packet are, by the numbers of tcpdump.org/linktypes.html. */
export const LINK_TYPES = {
  /** BSD's loopback: the family in the byte order of whatever captured it. */
  null: 0,
  ethernet: 1,
  /** The header of IP, 4 or 6. */
  raw: 101,
  /** OpenBSD's loopback: the family in network order. */
  loop: 108,
  /** Linux, all interfaces at once. */
  linuxSll: 113,
  ipv4: 228,
  ipv6: 229,
  linuxSll2: 276,
} as const;

/** Where the IP packet begins behind the header of each link; `undefined` if it holds none. */
const IP_OFFSETS: Record<number, (bytes: Uint8Array) => number | undefined> = {
  [LINK_TYPES.null]: (bytes) => isFamily(readU32(bytes, 0)) || isFamily(bytes[0]) ? 4 : undefined,
  [LINK_TYPES.loop]: (bytes) => isFamily(readU32(bytes, 0)) ? 4 : undefined,
  [LINK_TYPES.ethernet]: (bytes) => behindEtherType(bytes, 12, 14),
  [LINK_TYPES.linuxSll]: (bytes) => behindEtherType(bytes, 14, 16),
  [LINK_TYPES.linuxSll2]: (bytes) => behindEtherType(bytes, 0, 20),
  [LINK_TYPES.raw]: () => 0,
  [LINK_TYPES.ipv4]: () => 0,
  [LINK_TYPES.ipv6]: () => 0,
  // What systems say in place of 101.
  12: () => 0,
  14: () => 0,
};

/**
 * The IP packet in a captured one, and whatever pads it; `undefined` if there is none, or its link isn't known here.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const packet = { number: 1, offset: 0, interface: 0, length: 0, comments: [] };
 * const bytes = Uint8Array.fromHex("0000" + "0001" + "0006" + "000000000000" + "0000" + "0800" + "4500");
 * assertEquals(ipBytes({ ...packet, linkType: LINK_TYPES.linuxSll, bytes })?.toHex(), "4500");
 * assertEquals(ipBytes({ ...packet, linkType: 147, bytes }), undefined);
 * ```
 */
export function ipBytes({ linkType, bytes }: CapturedPacket): Uint8Array | undefined {
  const offset = IP_OFFSETS[linkType]?.(bytes);
  return offset === undefined ? undefined : bytes.subarray(offset);
}

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
/** VLAN (IEEE 802.1Q), provider's (802.1ad) and its forerunner. */
const TAGS = [0x8100, 0x88a8, 0x9100];

function behindEtherType(bytes: Uint8Array, typeAt: number, bodyAt: number): number | undefined {
  let at = bodyAt;
  let type = readU16(bytes, typeAt);
  for (; TAGS.includes(type) && at + 4 <= bytes.length; at += 4) type = readU16(bytes, at + 2);
  return type === IPV4 || type === IPV6 ? at : undefined;
}

/** AF_INET, which is 2 everywhere, or AF_INET6 of NetBSD and OpenBSD, FreeBSD or macOS. */
const isFamily = (family: number) => [2, 24, 28, 30].includes(family);
