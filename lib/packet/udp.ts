import { readU16 } from "./bytes.ts";
import type { IpPacket } from "./ip.ts";

/** A UDP datagram, taken apart. Its payload is a view of the bytes that were parsed. */
export interface UdpDatagram {
  sourcePort: number;
  destinationPort: number;
  /** 0 if the sender left it out. */
  checksum: number;
  /** Only what was captured. */
  payload: Uint8Array;
  /** Bytes that the payload has by the headers: more than `payload` has, where the capture cut the packet. */
  length: number;
}

/**
 * Takes apart the UDP datagram in an IP packet.
 *
 * ```text
 * 0  source port | destination port    4  length with this header | checksum
 * ```
 *
 * @returns `undefined` if it is none, only a part of one, or has no whole header
 */
export function parseUdp(ip: IpPacket): UdpDatagram | undefined {
  const { payload: bytes } = ip;
  if (ip.protocol !== 17 || ip.fragment !== undefined || bytes.length < 8) return undefined;
  // 0 if it is longer than 16 bits can say, or the network card was to put it in.
  const length = readU16(bytes, 4) || ip.length;
  if (length < 8 || length > ip.length) return undefined;
  return {
    sourcePort: readU16(bytes, 0),
    destinationPort: readU16(bytes, 2),
    checksum: readU16(bytes, 6),
    payload: bytes.subarray(8, length),
    length: length - 8,
  };
}
