import { readU16, readU32 } from "./bytes.ts";
import type { IpPacket } from "./ip.ts";

/** The bits of {@linkcode TcpSegment.flags}, in the order of their values. */
export const TCP_FLAGS = {
  FIN: 1,
  SYN: 2,
  RST: 4,
  PSH: 8,
  ACK: 16,
  URG: 32,
  ECE: 64,
  CWR: 128,
  AE: 256,
} as const;

/** A TCP segment, taken apart. Its arrays are views of the bytes that were parsed. */
export interface TcpSegment {
  sourcePort: number;
  destinationPort: number;
  /** Sequence number of the first byte, as it stands in the header. */
  seq: number;
  ack: number;
  /** Bits of {@linkcode TCP_FLAGS}. */
  flags: number;
  /** As it stands in the header: not multiplied by what the SYN agreed on. */
  window: number;
  checksum: number;
  /** What {@linkcode parseTcpOptions} reads. */
  options: Uint8Array;
  /** Only what was captured. */
  payload: Uint8Array;
  /** Bytes that the payload has by the headers: more than `payload` has, where the capture cut the packet. */
  length: number;
}

/**
 * Takes apart the TCP segment in an IP packet.
 *
 * ```text
 *  0  source port | destination port    12  data offset, flags | window
 *  4  sequence number                   16  checksum | urgent pointer
 *  8  acknowledgment number             20  options
 * ```
 *
 * @returns `undefined` if it is none, only a part of one, or has no whole header
 */
export function parseTcp(ip: IpPacket): TcpSegment | undefined {
  const { payload: bytes, length } = ip;
  if (ip.protocol !== 6 || ip.fragment !== undefined || bytes.length < 20) return undefined;
  const headerLength = (bytes[12] >> 4) * 4;
  if (headerLength < 20 || headerLength > length) return undefined;
  return {
    sourcePort: readU16(bytes, 0),
    destinationPort: readU16(bytes, 2),
    seq: readU32(bytes, 4),
    ack: readU32(bytes, 8),
    flags: readU16(bytes, 12) & 0xfff,
    window: readU16(bytes, 14),
    checksum: readU16(bytes, 16),
    options: bytes.subarray(20, headerLength),
    payload: bytes.subarray(headerLength),
    length: length - headerLength,
  };
}

/**
 * The names of the flags that are set.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(flagNames(TCP_FLAGS.SYN | TCP_FLAGS.ACK), ["SYN", "ACK"]);
 * ```
 */
export function flagNames(flags: number): string[] {
  return Object.entries(TCP_FLAGS).filter(([, bit]) => (flags & bit) !== 0).map(([name]) => name);
}
