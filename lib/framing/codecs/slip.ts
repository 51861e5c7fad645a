import type { ByteBuffer } from "../byte_buffer.ts";
import { malformed, tooLong, truncated, unencodable } from "../frame_errors.ts";
import { InputDecoder } from "../input_decoder.ts";
import type { Codec, Encoder, FrameError } from "../types.ts";

const END = 0xc0;
const ESC = 0xdb;
const ESC_END = 0xdc;
const ESC_ESC = 0xdd;

/**
 * Packets on a serial line (RFC 1055): END closes a packet. It opens one too, so that noise before it is a packet
 * of its own; two ENDs in a row are no packet. A packet of more than `maxFrame` bytes, or with an ESC that
 * escapes nothing, is a recoverable error: the decoder goes on after the next END.
 *
 * ```text
 * c0 | 61 db dc 62 | c0    the packet 61 c0 62
 * c0 | 61 db dd 62 | c0    the packet 61 db 62
 * ```
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { decoder } = slipCodec(100).open();
 * decoder.feed(new Uint8Array([0xc0, 0x61, 0xdb, 0xdc, 0x62, 0xc0]));
 * assertEquals(decoder.next(), new Uint8Array([0x61, 0xc0, 0x62]));
 * ```
 */
export function slipCodec(maxFrame: number): Codec {
  return {
    spec: "slip",
    head: (first) => first === END ? 1 : 0,
    open: () => ({ decoder: new SlipDecoder(maxFrame), encoder: SLIP_ENCODER }),
  };
}

class SlipDecoder extends InputDecoder {
  /** Offset of the packet's first byte, or -1 between packets. */
  #begin = -1;
  #escaped = false;
  #skipping = false;

  override get buffered(): number {
    return this.pending.length + (this.#escaped ? 1 : 0);
  }

  next(): Uint8Array | undefined {
    const input = this.input;
    do {
      while (input.at < input.chunk.length) {
        const packet = this.#step();
        if (packet !== undefined) return packet;
      }
    } while (input.advance());
    if (input.ended && this.#begin >= 0 && !this.#skipping) {
      throw this.failed ??= truncated(this.#begin, input.position - this.#begin);
    }
    return undefined;
  }

  /** Uses up one run of plain bytes or one special byte; a packet that is whole in the chunk is a view of it. */
  #step(): Uint8Array | undefined {
    const input = this.input;
    const { chunk, at } = input;
    if (this.#skipping) return this.#skip();
    if (this.#escaped) return this.#unescape(chunk[at]);
    let end = at;
    while (end < chunk.length && chunk[end] !== END && chunk[end] !== ESC) end++;
    if (end > at) this.#open();
    if (this.pending.length + end - at > this.max) throw this.#tooLong();
    input.at = end;
    if (end === chunk.length) {
      this.pending.append(chunk, at, end, this.max);
      return undefined;
    }
    input.at++;
    if (chunk[end] === END) return this.#close(at, end);
    this.pending.append(chunk, at, end, this.max);
    if (end === at) this.#open(1);
    this.#escaped = true;
    return undefined;
  }

  #open(behind = 0): void {
    if (this.#begin < 0) this.#begin = this.input.position - behind;
  }

  #close(at: number, end: number): Uint8Array | undefined {
    if (this.#begin < 0) return undefined;
    const { chunk, position } = this.input;
    this.offset = position;
    this.#begin = -1;
    if (this.pending.length === 0) return chunk.subarray(at, end);
    this.pending.append(chunk, at, end, this.max);
    return this.pending.take();
  }

  #unescape(byte: number): undefined {
    this.#escaped = false;
    if (byte !== ESC_END && byte !== ESC_ESC) {
      this.#giveUp();
      throw malformed(this.#begin, "SLIP packet with an ESC that escapes nothing", true);
    }
    if (this.pending.length === this.max) throw this.#tooLong();
    this.pending.appendByte(byte === ESC_END ? END : ESC, this.max);
    this.input.at++;
  }

  #tooLong(): FrameError {
    this.#giveUp();
    return tooLong(this.#begin, this.max, true);
  }

  #giveUp(): void {
    this.#skipping = true;
    this.pending.drop();
  }

  #skip(): undefined {
    const input = this.input;
    const end = input.chunk.indexOf(END, input.at);
    input.at = end < 0 ? input.chunk.length : end + 1;
    if (end < 0) return;
    this.#skipping = false;
    this.#begin = -1;
    this.offset = input.position;
  }
}

const SLIP_ENCODER: Encoder = {
  encode(body: Uint8Array, out: ByteBuffer): void {
    if (body.length === 0) throw unencodable("SLIP has no empty packets", "send one byte or more");
    out.appendByte(END);
    let run = 0;
    for (let i = 0; i < body.length; i++) {
      const byte = body[i];
      if (byte !== END && byte !== ESC) continue;
      if (i > run) out.append(body.subarray(run, i));
      out.appendByte(ESC);
      out.appendByte(byte === END ? ESC_END : ESC_ESC);
      run = i + 1;
    }
    out.append(body.subarray(run));
    out.appendByte(END);
  },
};
