import { tooLarge, unknown } from "./capture_error.ts";
import type { CaptureInput } from "./capture_input.ts";
import { type CapturedPacket, MAX_PACKET, NO_COMMENTS } from "./captured_packet.ts";

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;

/** Whether the first four bytes of a file are those of pcap, in either order. */
export function isPcap(magic: DataView): boolean {
  return [true, false].some((little) => [MICROSECONDS, NANOSECONDS].includes(magic.getUint32(0, little)));
}

/**
 * Reads pcap (draft-ietf-opsawg-pcap), whose numbers are in the byte order of whatever wrote it.
 *
 * ```text
 * file    a1b2c3d4 (µs) or a1b23c4d (ns) | version 2, 4 | 0 | 0 | longest packet | link type
 * packet  s | µs or ns | bytes captured | bytes on the wire | what was captured
 * ```
 */
export class PcapReader {
  readonly #input: CaptureInput;
  #header?: { little: boolean; perUnit: bigint; linkType: number };
  #count = 0;

  constructor(input: CaptureInput) {
    this.#input = input;
  }

  /** The next packet, or `undefined` when more bytes are needed. */
  next(): CapturedPacket | undefined {
    const header = this.#header ??= this.#readHeader();
    const start = this.#input.position;
    const head = header && this.#input.peek(16);
    if (!head) return undefined;
    const view = new DataView(head.buffer, head.byteOffset, 16);
    const { little, perUnit, linkType } = header;
    const captured = view.getUint32(8, little);
    if (captured > MAX_PACKET) throw tooLarge(start, `a packet of ${captured} bytes`);
    const record = this.#input.peek(16 + captured);
    if (!record) return undefined;
    this.#input.skip(record.length);
    return {
      number: ++this.#count,
      offset: start,
      time: BigInt(view.getUint32(0, little)) * 1_000_000_000n + BigInt(view.getUint32(4, little)) * perUnit,
      linkType,
      interface: 0,
      bytes: record.subarray(16),
      length: view.getUint32(12, little),
      comments: NO_COMMENTS,
    };
  }

  #readHeader() {
    const head = this.#input.peek(24);
    if (!head) return undefined;
    const view = new DataView(head.buffer, head.byteOffset, 24);
    const little = [MICROSECONDS, NANOSECONDS].includes(view.getUint32(0, true));
    const version = view.getUint16(4, little);
    if (version !== 2) throw unknown(`pcap of version ${version} isn't known`);
    this.#input.skip(24);
    return {
      little,
      perUnit: view.getUint32(0, little) === NANOSECONDS ? 1n : 1000n,
      // Above it stands whether packets end with a checksum of the link.
      linkType: view.getUint32(20, little) & 0xffff,
    };
  }
}
