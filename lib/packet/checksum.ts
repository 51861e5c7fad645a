import { readU16 } from "./bytes.ts";
import type { IpPacket } from "./ip.ts";

/**
 * Adds the 16-bit words of `bytes[from..to)` to `sum` (RFC 1071); a last odd byte counts as the upper half of a word.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(checksumOf(addWords(0, new Uint8Array([0x45, 0, 0x0f]))), 0xabff);
 * ```
 */
export function addWords(sum: number, bytes: Uint8Array, from = 0, to: number = bytes.length): number {
  const even = to - (to - from) % 2;
  for (let at = from; at < even; at += 2) sum += bytes[at] << 8 | bytes[at + 1];
  return even < to ? sum + (bytes[even] << 8) : sum;
}

/** The checksum for a header over whose words, its own checksum being 0, the sum is `sum`. */
export function checksumOf(sum: number): number {
  while (sum > 0xffff) sum = Math.floor(sum / 0x10000) + sum % 0x10000;
  return ~sum & 0xffff;
}

/** The sum over the pseudo-header of TCP and UDP (RFC 9293, section 3.1; RFC 8200, section 8.1). */
export function pseudoSum(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  length: number,
): number {
  return addWords(addWords(protocol + length, source), destination);
}

/**
 * Whether the checksum of the TCP segment or UDP datagram in `ip` is right; `undefined` where that can't be known: the
 * capture has only part of it, it is a fragment or another protocol, or the sender of a datagram left the checksum out.
 *
 * A capture at the sender often has wrong ones, as the network card puts in the right one afterwards.
 */
export function isChecksumRight(ip: IpPacket): boolean | undefined {
  const { payload, protocol, length } = ip;
  const isWhole = payload.length === length && ip.fragment === undefined;
  if (!isWhole || (protocol !== 6 && protocol !== 17) || length < 8) return undefined;
  if (protocol === 17 && readU16(payload, 6) === 0) return undefined;
  const [source, destination] = addressesOf(ip);
  return checksumOf(addWords(pseudoSum(source, destination, protocol, length), payload)) === 0;
}

function addressesOf({ version, header }: IpPacket): [source: Uint8Array, destination: Uint8Array] {
  return version === 4
    ? [header.subarray(12, 16), header.subarray(16, 20)]
    : [header.subarray(8, 24), header.subarray(24, 40)];
}
