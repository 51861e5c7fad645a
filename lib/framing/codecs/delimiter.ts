import type { ByteBuffer } from "../byte_buffer.ts";
import { tooLong, truncated, unencodable } from "../frame_errors.ts";
import { InputDecoder } from "../input_decoder.ts";
import type { Codec, Encoder, FrameError } from "../types.ts";

/**
 * Messages that end in the bytes of `delimiter` (at least one), at the first place where it is complete. A
 * body of more than `maxFrame` bytes is a recoverable error: the decoder goes on after the next delimiter.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { decoder } = delimiterCodec(new Uint8Array([13, 10]), 100).open();
 * decoder.feed(new Uint8Array([1, 13, 2, 13, 10]));
 * assertEquals(decoder.next(), new Uint8Array([1, 13, 2]));
 * ```
 */
export function delimiterCodec(delimiter: Uint8Array, maxFrame: number): Codec {
  const encoder = new DelimiterEncoder(delimiter);
  return {
    spec: `delim:${hex(delimiter)}`,
    isLineBased: hex(delimiter) === "0a",
    open: () => ({ decoder: new DelimiterDecoder(delimiter, maxFrame), encoder }),
  };
}

class DelimiterDecoder extends InputDecoder {
  #delimiter: Uint8Array;
  #last: number;
  /** Meanwhile the last bytes that may be the beginning of a delimiter are pending. */
  #skipping = false;

  constructor(delimiter: Uint8Array, max: number) {
    super(max);
    this.#delimiter = delimiter;
    this.#last = delimiter[delimiter.length - 1];
  }

  next(): Uint8Array | undefined {
    const input = this.input;
    do {
      let end: number;
      while ((end = this.#find()) >= 0) {
        const frame = this.#finish(end);
        if (frame !== undefined) return frame;
      }
      this.#keepRest();
    } while (input.advance());
    if (input.ended && this.pending.length > 0 && !this.#skipping) {
      throw this.failed ??= truncated(this.offset, this.pending.length);
    }
    return undefined;
  }

  /** Index in the chunk just after the first delimiter, or -1. */
  #find(): number {
    const { chunk, at } = this.input;
    let last = chunk.indexOf(this.#last, at);
    while (last >= 0 && !this.#endsAt(last)) last = chunk.indexOf(this.#last, last + 1);
    return last < 0 ? -1 : last + 1;
  }

  #endsAt(last: number): boolean {
    const { chunk, at } = this.input;
    const delimiter = this.#delimiter;
    const first = last - delimiter.length + 1;
    const held = this.pending.length;
    if (first < at - held) return false;
    for (let i = 0; i < delimiter.length - 1; i++) {
      const index = first + i;
      const byte = index >= at ? chunk[index] : this.pending.at(held + index - at);
      if (byte !== delimiter[i]) return false;
    }
    return true;
  }

  #finish(end: number): Uint8Array | undefined {
    const input = this.input;
    const pending = this.pending;
    const { chunk, at } = input;
    const length = pending.length + end - at - this.#delimiter.length;
    if (!this.#skipping && length > this.max) throw this.#skip();
    input.at = end;
    this.offset = input.position;
    if (this.#skipping) {
      this.#skipping = false;
      pending.drop();
      return undefined;
    }
    if (pending.length === 0) return chunk.subarray(at, at + length);
    if (pending.length < length) pending.append(chunk, at, at + length - pending.length, length);
    return pending.take(0, length);
  }

  #keepRest(): void {
    const input = this.input;
    const { chunk, at } = input;
    const tail = this.#delimiter.length - 1;
    if (!this.#skipping && this.pending.length + chunk.length - at > this.max + tail) throw this.#skip();
    if (this.#skipping) this.#keepTail(tail);
    else this.pending.append(chunk, at, chunk.length, this.max + tail);
    input.at = chunk.length;
  }

  /** Keeps the last `tail` bytes of what is held and the chunk. */
  #keepTail(tail: number): void {
    const { chunk, at } = this.input;
    const from = Math.max(at, chunk.length - tail);
    const surplus = this.pending.length + chunk.length - from - tail;
    const kept = this.pending.take(Math.min(Math.max(0, surplus), this.pending.length));
    this.pending.append(kept, 0, kept.length, tail);
    this.pending.append(chunk, from, chunk.length, tail);
  }

  #skip(): FrameError {
    this.#skipping = true;
    return tooLong(this.offset, this.max, true);
  }
}

class DelimiterEncoder implements Encoder {
  #delimiter: Uint8Array;

  constructor(delimiter: Uint8Array) {
    this.#delimiter = delimiter;
  }

  encode(body: Uint8Array, out: ByteBuffer): void {
    const at = firstAt(body, this.#delimiter);
    if (at < body.length) {
      throw unencodable(
        `a message of delim:${
          hex(this.#delimiter)
        } can't have these bytes in it or run into them, as at byte ${at}`,
        "use another --frame, such as len:i32le",
      );
    }
    out.append(body);
    out.append(this.#delimiter);
  }
}

/** Where `delimiter` begins first in `body` followed by `delimiter`. */
function firstAt(body: Uint8Array, delimiter: Uint8Array): number {
  let at = body.indexOf(delimiter[0]);
  while (at >= 0 && !beginsAt(body, delimiter, at)) at = body.indexOf(delimiter[0], at + 1);
  return at < 0 ? body.length : at;
}

function beginsAt(body: Uint8Array, delimiter: Uint8Array, at: number): boolean {
  return delimiter.every((byte, i) => {
    const index = at + i;
    return byte === (index < body.length ? body[index] : delimiter[index - body.length]);
  });
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
