import { truncated, unknown } from "./capture_error.ts";
import { CaptureInput } from "./capture_input.ts";
import type { CapturedPacket } from "./captured_packet.ts";
import { isPcap, PcapReader } from "./pcap_reader.ts";
import { BLOCKS } from "./pcapng_blocks.ts";
import { PcapngReader } from "./pcapng_reader.ts";

/**
 * Reads a capture, pcap or pcapng, without any I/O: bytes in, packets out.
 *
 * Feed a chunk, then take packets until there are none. Packets before a damaged place are still delivered, then `next`
 * throws. A packet's bytes are a view, either of the chunk they lay whole in (so they are good until that chunk is
 * overwritten) or of memory of their own. A chunk that was drained is no longer needed. Beside the chunks at most 1 MiB
 * is held, of a block that lies in several.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PcapngWriter } from "./pcapng_writer.ts";
 *
 * const writer = new PcapngWriter();
 * writer.section("my program");
 * writer.interface();
 * writer.packet({ time: 1_700_000_000_000_000, bytes: new Uint8Array(20), comments: ["hello"] });
 *
 * const reader = new CaptureReader();
 * reader.feed(writer.take());
 * reader.end();
 * for (let packet; (packet = reader.next());) assertEquals(packet.comments, ["hello"]);
 * ```
 */
export class CaptureReader {
  readonly #input = new CaptureInput();
  #format?: PcapReader | PcapngReader;
  #failed?: unknown;

  /** Offset in the file, in bytes, just behind the last block or packet that was read. */
  get offset(): number {
    return this.#input.position;
  }

  /** Bytes of memory that are reserved for an unfinished block. */
  get buffered(): number {
    return this.#input.buffered;
  }

  /** Takes the next bytes of the file. */
  feed(chunk: Uint8Array): void {
    this.#input.feed(chunk);
  }

  /** The file is at its end. If that is inside of something, `next` says so. */
  end(): void {
    this.#input.ended = true;
  }

  /**
   * The next packet, or `undefined` when more bytes are needed.
   *
   * @throws {CaptureError} at a damaged place, or after `end` inside of something; every further call throws it again
   */
  next(): CapturedPacket | undefined {
    if (this.#failed !== undefined) throw this.#failed;
    try {
      return this.#next();
    } catch (error) {
      this.#failed = error;
      throw error;
    }
  }

  #next(): CapturedPacket | undefined {
    this.#format ??= this.#detect();
    const packet = this.#format?.next();
    if (packet !== undefined || !this.#input.ended) return packet;
    if (!this.#format) throw unknown("this is no capture, it is too short");
    if (this.#input.unfinished !== undefined) throw truncated(this.#input.unfinished);
    return undefined;
  }

  #detect(): PcapReader | PcapngReader | undefined {
    const bytes = this.#input.peek(4);
    if (!bytes) return undefined;
    const magic = new DataView(bytes.buffer, bytes.byteOffset, 4);
    if (magic.getUint32(0) === BLOCKS.section) return new PcapngReader(this.#input);
    if (isPcap(magic)) return new PcapReader(this.#input);
    throw unknown("this is no capture, it begins as neither pcap nor pcapng does");
  }
}
