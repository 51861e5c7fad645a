import type { ByteBuffer } from "../byte_buffer.ts";
import { truncated, unencodable } from "../frame_errors.ts";
import { InputDecoder } from "../input_decoder.ts";
import type { Codec, Encoder } from "../types.ts";

/**
 * Messages of `size` bytes, one after the other.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { decoder } = fixedCodec(2).open();
 * decoder.feed(new Uint8Array([1, 2, 3]));
 * assertEquals(decoder.next(), new Uint8Array([1, 2]));
 * assertEquals(decoder.next(), undefined);
 * ```
 */
export function fixedCodec(size: number): Codec {
  const encoder = new FixedEncoder(size);
  return { spec: `fixed:${size}`, open: () => ({ decoder: new FixedDecoder(size), encoder }) };
}

class FixedDecoder extends InputDecoder {
  next(): Uint8Array | undefined {
    const { input, max: size } = this;
    do {
      const { chunk, at } = input;
      if (this.pending.length === 0 && chunk.length - at >= size) {
        input.at = at + size;
        this.offset += size;
        return chunk.subarray(at, input.at);
      }
      this.pending.fill(input, size);
      if (this.pending.length === size) {
        this.offset += size;
        return this.pending.take();
      }
    } while (input.advance());
    if (input.ended && this.pending.length > 0) {
      throw this.failed ??= truncated(this.offset, this.pending.length);
    }
    return undefined;
  }
}

class FixedEncoder implements Encoder {
  #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  encode(body: Uint8Array, out: ByteBuffer): void {
    if (body.length !== this.#size) {
      throw unencodable(
        `a message of ${body.length} bytes is none of fixed:${this.#size}`,
        `send ${this.#size} bytes`,
      );
    }
    out.append(body);
  }
}
