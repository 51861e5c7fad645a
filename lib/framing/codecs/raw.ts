import type { ByteBuffer } from "../byte_buffer.ts";
import { Input, NOTHING } from "../input.ts";
import type { Codec, Decoder, Encoder } from "../types.ts";

/**
 * No frames at all: a message is what one read gave, in pieces of `maxFrame` bytes at most.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { decoder } = rawCodec(3).open();
 * decoder.feed(new Uint8Array([1, 2, 3, 4]));
 * assertEquals(decoder.next(), new Uint8Array([1, 2, 3]));
 * assertEquals(decoder.next(), new Uint8Array([4]));
 * ```
 */
export function rawCodec(maxFrame: number): Codec {
  return {
    spec: "raw",
    isPerRead: true,
    open: () => ({ decoder: new RawDecoder(maxFrame), encoder: RAW_ENCODER }),
  };
}

/** Gives every chunk back, and never errs. */
class RawDecoder implements Decoder {
  /** Bytes of the longest message; a longer chunk is split. */
  readonly largestChunk: number;
  offset = 0;
  readonly buffered = 0;
  /** Whatever is in a message doesn't end it. */
  readonly sawNewline = false;
  #input = new Input();
  /** A message without bytes has come, as a stream of messages has them. */
  #hasEmpty = false;

  /** @param max bytes of the longest message */
  constructor(max: number) {
    this.largestChunk = max;
  }

  feed(chunk: Uint8Array): void {
    if (!chunk.length) this.#hasEmpty = true;
    this.#input.feed(chunk);
  }

  next(): Uint8Array | undefined {
    const input = this.#input;
    do {
      const { chunk, at } = input;
      if (at < chunk.length) {
        const end = Math.min(chunk.length, at + this.largestChunk);
        input.at = end;
        this.offset += end - at;
        return end - at === chunk.length ? chunk : chunk.subarray(at, end);
      }
    } while (input.advance());
    if (!this.#hasEmpty) return undefined;
    this.#hasEmpty = false;
    return NOTHING;
  }

  end(): void {}
}

const RAW_ENCODER: Encoder = {
  encode(body: Uint8Array, out: ByteBuffer): void {
    out.append(body);
  },
};
