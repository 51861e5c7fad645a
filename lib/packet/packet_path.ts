import { type Endpoint, parseIpAddress } from "./address.ts";
import { writeU16, writeU32 } from "./bytes.ts";
import { addWords, checksumOf, pseudoSum } from "./checksum.ts";

/** What a TCP segment says beside where it goes. */
export interface SegmentFields {
  /** Sequence number of the first byte of the payload; that of SYN and FIN is the same. Taken modulo 2^32. */
  seq: number;
  /** What the other side is to send next; taken modulo 2^32. */
  ack: number;
  /** Bits of {@linkcode TCP_FLAGS}. */
  flags: number;
  /** As it stands in the header, 16 bits; default 65535. */
  window?: number;
  /** Whole words, as {@linkcode encodeTcpOptions} makes them; default none. */
  options?: Uint8Array;
  payload?: Uint8Array;
}

/** Bytes that the headers of IP, TCP and its options take at most: so much longer than the payload is a buffer for it. */
export const MAX_HEADERS = 100;

/**
 * Builds IP packets from one endpoint to another, with the right checksums. IPv4 has no identification and "don't
 * fragment" (RFC 6864), as nothing fragments what is written into a file.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { isChecksumRight } from "./checksum.ts";
 * import { parseIp } from "./ip.ts";
 * import { parseTcp, TCP_FLAGS } from "./tcp.ts";
 *
 * const path = new PacketPath({ address: "::1", port: 50_000 }, { address: "::1", port: 7 });
 * const buffer = new Uint8Array(1460 + MAX_HEADERS);
 * const payload = new TextEncoder().encode("hello");
 * const packet = path.tcp(buffer, { seq: 1, ack: 1, flags: TCP_FLAGS.PSH | TCP_FLAGS.ACK, payload });
 *
 * const ip = parseIp(packet)!;
 * assertEquals(isChecksumRight(ip), true);
 * assertEquals(parseTcp(ip)?.payload, payload);
 * ```
 */
export class PacketPath {
  readonly #source: Uint8Array;
  readonly #destination: Uint8Array;
  readonly #ports: [source: number, destination: number];

  /** @throws {TypeError} if an address is none of IP, or one is of IPv4 and the other of IPv6 */
  constructor(source: Endpoint, destination: Endpoint) {
    this.#source = bytesOf(source);
    this.#destination = bytesOf(destination);
    if (this.#source.length !== this.#destination.length) {
      throw new TypeError(`no IP packet goes from ${source.address} to ${destination.address}`);
    }
    this.#ports = [source.port, destination.port];
  }

  /**
   * Writes a TCP segment to the beginning of `out`.
   *
   * @returns the packet, a view of `out`
   * @throws {RangeError} if it has no room there, or is over 65,535 bytes
   */
  tcp(out: Uint8Array, { seq, ack, flags, window = 65_535, options = NONE, payload = NONE }: SegmentFields) {
    const headerLength = 20 + options.length;
    const [packet, at] = this.#begin(out, 6, headerLength + payload.length);
    writeU32(packet, at + 4, seq);
    writeU32(packet, at + 8, ack);
    writeU16(packet, at + 12, headerLength << 10 | flags);
    writeU16(packet, at + 14, window);
    writeU32(packet, at + 16, 0);
    packet.set(options, at + 20);
    packet.set(payload, at + headerLength);
    writeU16(packet, at + 16, this.#checksum(packet, at, 6));
    return packet;
  }

  /**
   * Writes a UDP datagram to the beginning of `out`.
   *
   * @returns the packet, a view of `out`
   * @throws {RangeError} if it has no room there, or is over 65,535 bytes
   */
  udp(out: Uint8Array, payload: Uint8Array): Uint8Array {
    const [packet, at] = this.#begin(out, 17, 8 + payload.length);
    writeU16(packet, at + 4, 8 + payload.length);
    writeU16(packet, at + 6, 0);
    packet.set(payload, at + 8);
    // 0 would say that there is none.
    writeU16(packet, at + 6, this.#checksum(packet, at, 17) || 0xffff);
    return packet;
  }

  /** Writes the header of IP and the ports; the rest begins `at`. */
  #begin(out: Uint8Array, protocol: number, length: number): [packet: Uint8Array, at: number] {
    const isV4 = this.#source.length === 4;
    const at = isV4 ? 20 : 40;
    const total = at + length;
    if (length > 65_535 - (isV4 ? 20 : 0)) throw new RangeError(`an IP packet can't have ${total} bytes`);
    if (total > out.length) throw new RangeError(`no room for ${total} bytes in ${out.length}`);
    const packet = out.subarray(0, total);
    if (isV4) this.#writeIpv4(packet, protocol);
    else this.#writeIpv6(packet, protocol, length);
    writeU16(packet, at, this.#ports[0]);
    writeU16(packet, at + 2, this.#ports[1]);
    return [packet, at];
  }

  #writeIpv4(packet: Uint8Array, protocol: number): void {
    writeU16(packet, 0, 0x4500);
    writeU16(packet, 2, packet.length);
    writeU32(packet, 4, DONT_FRAGMENT);
    writeU16(packet, 8, HOP_LIMIT << 8 | protocol);
    writeU16(packet, 10, 0);
    packet.set(this.#source, 12);
    packet.set(this.#destination, 16);
    writeU16(packet, 10, checksumOf(addWords(0, packet, 0, 20)));
  }

  #writeIpv6(packet: Uint8Array, protocol: number, length: number): void {
    writeU32(packet, 0, 0x6000_0000);
    writeU16(packet, 4, length);
    writeU16(packet, 6, protocol << 8 | HOP_LIMIT);
    packet.set(this.#source, 8);
    packet.set(this.#destination, 24);
  }

  #checksum(packet: Uint8Array, at: number, protocol: number): number {
    const sum = pseudoSum(this.#source, this.#destination, protocol, packet.length - at);
    return checksumOf(addWords(sum, packet, at));
  }
}

const NONE = new Uint8Array(0);
const DONT_FRAGMENT = 0x4000;
const HOP_LIMIT = 64;

function bytesOf({ address }: Endpoint): Uint8Array {
  const bytes = parseIpAddress(address);
  if (!bytes) throw new TypeError(`${address} is no IP address`);
  return bytes;
}
