import type { ByteBuffer } from "../byte_buffer.ts";
import { malformed, tooLong, truncated } from "../frame_errors.ts";
import { InputDecoder } from "../input_decoder.ts";
import type { Codec, Encoder, FrameError } from "../types.ts";

/** The code of a block with 254 bytes and no zero after them. */
const FULL = 0xff;

/**
 * Consistent Overhead Byte Stuffing (Cheshire & Baker 1999), with a zero after each frame. A code byte `n` comes
 * before `n - 1` bytes that aren't zero. It stands for a zero after these bytes, which isn't sent; but not if `n`
 * is `ff`, and not at the end of the frame.
 *
 * ```text
 * 03 11 22 02 33 00        the frame 11 22 00 33
 * 01 00                    the empty frame
 * 00                       no frame: senders may begin with it, so that noise before it is a frame of its own
 * ```
 *
 * A frame of more than `maxFrame` bytes, or with a zero inside a block, is a recoverable error: the decoder
 * goes on after the next zero.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { decoder } = cobsCodec(100).open();
 * decoder.feed(new Uint8Array([3, 0x11, 0x22, 2, 0x33, 0]));
 * assertEquals(decoder.next(), new Uint8Array([0x11, 0x22, 0, 0x33]));
 * ```
 */
export function cobsCodec(maxFrame: number): Codec {
  return {
    spec: "cobs",
    head: () => 1,
    open: () => ({ decoder: new CobsDecoder(maxFrame), encoder: COBS_ENCODER }),
  };
}

class CobsDecoder extends InputDecoder {
  /** Code of the block at work, or 0 between frames. */
  #code = 0;
  /** Bytes of that block which haven't come yet. */
  #missing = 0;
  #begin = 0;
  #skipping = false;

  next(): Uint8Array | undefined {
    const input = this.input;
    do {
      while (input.at < input.chunk.length) {
        const frame = this.#step();
        if (frame !== undefined) return frame;
      }
    } while (input.advance());
    if (input.ended && this.#code > 0) {
      throw this.failed ??= truncated(this.#begin, input.position - this.#begin);
    }
    return undefined;
  }

  /** Uses up a code byte, a zero or the bytes of a block. */
  #step(): Uint8Array | undefined {
    const input = this.input;
    if (this.#skipping) return this.#skip();
    if (this.#missing > 0) return this.#readBlock();
    const code = input.chunk[input.at];
    if (code === 0) return this.#close();
    if (this.#code === 0) this.#begin = input.position;
    if (this.#code > 0 && this.#code < FULL) {
      if (this.pending.length === this.max) throw this.#tooLong();
      this.pending.appendByte(0, this.max);
    }
    input.at++;
    const only = this.#code === 0 ? this.#readOnlyBlock(code) : undefined;
    if (only !== undefined) return only;
    this.#code = code;
    this.#missing = code - 1;
    return undefined;
  }

  /** A frame of one block that is whole in the chunk needs no copy. */
  #readOnlyBlock(code: number): Uint8Array | undefined {
    const input = this.input;
    const { chunk, at } = input;
    const end = at + code - 1;
    if (chunk[end] !== 0 || end - at > this.max || chunk.indexOf(0, at) !== end) return undefined;
    input.at = end + 1;
    this.offset = input.position;
    return chunk.subarray(at, end);
  }

  #readBlock(): undefined {
    const input = this.input;
    const { chunk, at } = input;
    const most = Math.min(chunk.length, at + this.#missing);
    let end = at;
    while (end < most && chunk[end] !== 0) end++;
    if (this.pending.length + end - at > this.max) throw this.#tooLong();
    if (end < most) {
      this.#giveUp();
      throw malformed(this.#begin, "COBS frame with a zero inside a block", true);
    }
    this.pending.append(chunk, at, end, this.max);
    this.#missing -= end - at;
    input.at = end;
  }

  #close(): Uint8Array | undefined {
    this.input.at++;
    if (this.#code === 0) return undefined;
    this.#code = 0;
    this.offset = this.input.position;
    return this.pending.take();
  }

  #tooLong(): FrameError {
    this.#giveUp();
    return tooLong(this.#begin, this.max, true);
  }

  #giveUp(): void {
    this.#skipping = true;
    this.#code = 0;
    this.#missing = 0;
    this.pending.drop();
  }

  #skip(): undefined {
    const input = this.input;
    const zero = input.chunk.indexOf(0, input.at);
    input.at = zero < 0 ? input.chunk.length : zero + 1;
    if (zero < 0) return;
    this.#skipping = false;
    this.offset = input.position;
  }
}

const COBS_ENCODER: Encoder = {
  encode(body: Uint8Array, out: ByteBuffer): void {
    let from = 0;
    for (;;) {
      const most = Math.min(body.length, from + FULL - 1);
      let end = from;
      while (end < most && body[end] !== 0) end++;
      out.appendByte(end - from + 1);
      out.append(body.subarray(from, end));
      const full = end - from === FULL - 1;
      if (end === body.length) break;
      from = full ? end : end + 1;
    }
    out.appendByte(0);
  },
};
