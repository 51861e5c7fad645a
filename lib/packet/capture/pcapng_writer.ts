import { BLOCKS, BYTE_ORDER_MAGIC, OPTIONS, padded } from "./pcapng_blocks.ts";
import { LINK_TYPES } from "./link.ts";

/** An interface that packets are said to come from. */
export interface InterfaceFields {
  /** Default {@linkcode LINK_TYPES} `raw`: packets begin with the header of IP. */
  linkType?: number;
  name?: string;
  comments?: readonly string[];
}

/** A packet to write. */
export interface PacketFields {
  /** µs since 1970; fractions are dropped. */
  time: number;
  bytes: Uint8Array;
  /** Bytes on the wire; default those of `bytes`. */
  length?: number;
  /** Which interface of this section, from 0, the default. */
  interface?: number;
  comments?: readonly string[];
}

/** Bytes that an option may have. */
const MAX_OPTION = 65_535;
/** Bytes of all options of a block together, so that a reader takes it. */
const MAX_OPTIONS = 262_144;

/**
 * Writes pcapng, in little-endian order, with times in µs. Blocks gather until they are taken, so that those of one
 * read leave in one write.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PacketPath } from "../packet_path.ts";
 *
 * const writer = new PcapngWriter();
 * writer.section("my program");
 * writer.interface({ name: "made up" });
 * const path = new PacketPath({ address: "10.0.0.1", port: 9 }, { address: "10.0.0.2", port: 9 });
 * const bytes = path.udp(new Uint8Array(1500), new TextEncoder().encode("hello"));
 * writer.packet({ time: 1_700_000_000_000_000, bytes, comments: ["frame 0-5"] });
 * assertEquals(writer.take().subarray(0, 4).toHex(), "0a0d0d0a");
 * assertEquals(writer.take().length, 0);
 * ```
 */
export class PcapngWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Begins a section, of which the length is not said. A file begins with one. */
  section(application: string): void {
    const start = this.#begin(BLOCKS.section, 16);
    this.#view.setUint32(start + 8, BYTE_ORDER_MAGIC, true);
    this.#view.setUint16(start + 12, 1, true);
    this.#view.setUint16(start + 14, 0, true);
    this.#view.setBigInt64(start + 16, -1n, true);
    this.#options([[SECTION_APPLICATION, application]]);
    this.#end(start);
  }

  /** Adds an interface to the section; the first is 0. */
  interface({ linkType = LINK_TYPES.raw, name, comments = [] }: InterfaceFields = {}): void {
    const start = this.#begin(BLOCKS.interface, 8);
    this.#view.setUint16(start + 8, linkType, true);
    this.#view.setUint16(start + 10, 0, true);
    this.#view.setUint32(start + 12, 0, true);
    const named: [number, string][] = name === undefined ? [] : [[OPTIONS.interfaceName, name]];
    this.#options([...named, ...comments.map((text): [number, string] => [OPTIONS.comment, text])]);
    this.#end(start);
  }

  /** Adds a packet, with its comments, each cut to 65,535 bytes; those that are over 256 KiB together are left out. */
  packet({ time, bytes, length = bytes.length, interface: number = 0, comments = [] }: PacketFields): void {
    const start = this.#begin(BLOCKS.enhancedPacket, 20 + padded(bytes.length));
    this.#view.setUint32(start + 8, number, true);
    this.#view.setUint32(start + 12, Math.floor(time / 2 ** 32), true);
    this.#view.setUint32(start + 16, time, true);
    this.#view.setUint32(start + 20, bytes.length, true);
    this.#view.setUint32(start + 24, length, true);
    this.#bytes.set(bytes, start + 28);
    if (comments.length > 0) this.#options(comments.map((text) => [OPTIONS.comment, text]));
    this.#end(start);
  }

  /** What was written since the last time, good until more is. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** Writes the type of a block and makes room for its fixed part, which is all zeros; gives where it starts. */
  #begin(type: number, fixed: number): number {
    const start = this.#length;
    this.#reserve(8 + fixed);
    this.#view.setUint32(start, type, true);
    return start;
  }

  #options(options: [type: number, text: string][]): void {
    const limit = this.#length + MAX_OPTIONS;
    for (const [type, text] of options) {
      const at = this.#length;
      // A unit of UTF-16 takes 3 bytes at most; a text that has no room is cut between two characters.
      const most = Math.min(MAX_OPTION, text.length * 3);
      this.#reserve(4 + padded(most));
      const { written } = ENCODER.encodeInto(text, this.#bytes.subarray(at + 4, at + 4 + most));
      const end = at + 4 + padded(written);
      this.#length = end > limit ? at : end;
      if (end > limit) break;
      this.#view.setUint16(at, type, true);
      this.#view.setUint16(at + 2, written, true);
    }
    // Their end.
    this.#reserve(4);
  }

  /** Writes the length of the block that began at `start`, at both its ends. */
  #end(start: number): void {
    this.#reserve(4);
    const size = this.#length - start;
    this.#view.setUint32(start + 4, size, true);
    this.#view.setUint32(start + size - 4, size, true);
  }

  /** Goes on by `count` bytes, all zeros. */
  #reserve(count: number): void {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#bytes.fill(0, start, this.#length);
  }
}

const SECTION_APPLICATION = 4;
const ENCODER = new TextEncoder();
