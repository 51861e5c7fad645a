import { formatIpAddress } from "./address.ts";
import { readU16, readU32 } from "./bytes.ts";

/** A part of a packet that was too long for a link. */
export interface IpFragment {
  /** What all parts of the packet have in common. */
  id: number;
  /** Where it belongs in the whole payload, in bytes. */
  offset: number;
  isLast: boolean;
}

/** An IP packet, taken apart. Its arrays are views of the bytes that were parsed. */
export interface IpPacket {
  version: 4 | 6;
  source: string;
  destination: string;
  /** What the payload is: 6 is TCP, 17 UDP. */
  protocol: number;
  /** Routers that it may still pass (TTL). */
  hopLimit: number;
  /** The header, extension headers of IPv6 among it. */
  header: Uint8Array;
  /** Only what was captured. */
  payload: Uint8Array;
  /** Bytes that the payload has by the header: more than `payload` has, where the capture cut the packet. */
  length: number;
  /** If this is but a part of a packet. */
  fragment?: IpFragment;
}

/**
 * Takes an IP packet apart, be it IPv4 or IPv6. What stands behind it by its length, such as the padding of Ethernet,
 * is left out.
 *
 * @param onWire bytes that the link carried, if more than `bytes`: no packet is longer, whatever it says itself
 * @returns `undefined` if it is none, or has no whole header
 */
export function parseIp(bytes: Uint8Array, onWire: number = bytes.length): IpPacket | undefined {
  const version = bytes[0] >> 4;
  return version === 4 ? parseIpv4(bytes, onWire) : version === 6 ? parseIpv6(bytes, onWire) : undefined;
}

/**
 * ```text
 * 0  version, IHL | DSCP, ECN | total length     8  TTL | protocol | checksum
 * 4  identification | flags, fragment offset    12  source, destination, options
 * ```
 */
function parseIpv4(bytes: Uint8Array, onWire: number): IpPacket | undefined {
  const headerLength = (bytes[0] & 15) * 4;
  // 0 if the network card was to cut the packet, and put in the lengths.
  const total = Math.min(readU16(bytes, 2) || onWire, onWire);
  if (headerLength < 20 || bytes.length < headerLength || total < headerLength) return undefined;
  const cutting = readU16(bytes, 6);
  const offset = (cutting & 0x1fff) * 8;
  const isLast = (cutting & 0x2000) === 0;
  return {
    version: 4,
    source: formatIpAddress(bytes.subarray(12, 16)),
    destination: formatIpAddress(bytes.subarray(16, 20)),
    protocol: bytes[9],
    hopLimit: bytes[8],
    header: bytes.subarray(0, headerLength),
    payload: bytes.subarray(headerLength, total),
    length: total - headerLength,
    fragment: offset > 0 || !isLast ? { id: readU16(bytes, 4), offset, isLast } : undefined,
  };
}

/**
 * ```text
 * 0  version, traffic class, flow label                    8  source
 * 4  payload length | next header | hop limit             24  destination; 40  extension headers
 * ```
 */
function parseIpv6(bytes: Uint8Array, onWire: number): IpPacket | undefined {
  if (bytes.length < 40) return undefined;
  const total = Math.min(40 + (readU16(bytes, 4) || onWire), onWire);
  let fragment: IpFragment | undefined;
  let protocol = bytes[6];
  let at = 40;
  for (let size; (size = extensionLength(protocol, bytes, at)) > 0; at += size) {
    if (at + size > Math.min(total, bytes.length)) return undefined;
    if (protocol === FRAGMENT) fragment = parseFragment(bytes, at);
    protocol = bytes[at];
    // What follows is not a header, but the middle of something.
    if (fragment !== undefined && fragment.offset > 0) {
      at += size;
      break;
    }
  }
  return {
    version: 6,
    source: formatIpAddress(bytes.subarray(8, 24)),
    destination: formatIpAddress(bytes.subarray(24, 40)),
    protocol,
    hopLimit: bytes[7],
    header: bytes.subarray(0, at),
    payload: bytes.subarray(at, total),
    length: total - at,
    fragment,
  };
}

const FRAGMENT = 44;
const AUTHENTICATION = 51;
/** Extension headers that say their length in units of 8 bytes: hop by hop, routing, destination, mobility, HIP, shim6. */
const IN_UNITS_OF_8 = [0, 43, 60, 135, 139, 140];

/** Bytes of the extension header at `at`; 0 if `protocol` is none. */
function extensionLength(protocol: number, bytes: Uint8Array, at: number): number {
  if (protocol === FRAGMENT) return 8;
  // A header that isn't there is longer than the packet.
  if (protocol === AUTHENTICATION) return ((bytes[at + 1] ?? 255) + 2) * 4;
  return IN_UNITS_OF_8.includes(protocol) ? ((bytes[at + 1] ?? 255) + 1) * 8 : 0;
}

/** RFC 8200, section 4.5; a packet may have this header and yet be whole (RFC 6946). */
function parseFragment(bytes: Uint8Array, at: number): IpFragment | undefined {
  const offset = readU16(bytes, at + 2) & 0xfff8;
  const isLast = (bytes[at + 3] & 1) === 0;
  return offset === 0 && isLast ? undefined : { id: readU32(bytes, at + 4), offset, isLast };
}
