import type { ByteBuffer } from "./byte_buffer.ts";
import { truncated, unencodable } from "./frame_errors.ts";
import { Input } from "./input.ts";
import { Pending } from "./pending.ts";
import type { Codec, Decoder, Encoder, FrameError } from "./types.ts";

/**
 * Messages of `size` bytes, one behind the other.
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

class FixedDecoder implements Decoder {
  offset = 0;
  #size: number;
  #input = new Input();
  #pending = new Pending();
  #failed?: FrameError;

  constructor(size: number) {
    this.#size = size;
  }

  get buffered(): number {
    return this.#pending.length;
  }

  feed(chunk: Uint8Array): void {
    this.#input.feed(chunk);
  }

  end(): void {
    this.#input.ended = true;
  }

  next(): Uint8Array | undefined {
    const input = this.#input;
    do {
      const { chunk, at } = input;
      if (this.#pending.length === 0 && chunk.length - at >= this.#size) {
        input.at = at + this.#size;
        this.offset += this.#size;
        return chunk.subarray(at, input.at);
      }
      this.#pending.fill(input, this.#size);
      if (this.#pending.length === this.#size) {
        this.offset += this.#size;
        return this.#pending.take();
      }
    } while (input.advance());
    if (input.ended && this.#pending.length > 0) {
      throw this.#failed ??= truncated(this.offset, this.#pending.length);
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
