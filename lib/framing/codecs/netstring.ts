import type { ByteBuffer } from "../byte_buffer.ts";
import { malformed, tooLong, truncated } from "../frame_errors.ts";
import { InputDecoder } from "../input_decoder.ts";
import type { Codec, Encoder, FrameError } from "../types.ts";

const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const COMMA = 0x2c;

/**
 * Netstrings, as https://cr.yp.to/proto/netstrings.txt has them: the length in decimal without leading
 * zeros, `:`, the body, `,`. Every error is fatal.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { decoder } = netstringCodec(100).open();
 * decoder.feed(new TextEncoder().encode("5:hello,0:,"));
 * assertEquals(decoder.next(), new TextEncoder().encode("hello"));
 * assertEquals(decoder.next(), new Uint8Array(0));
 * ```
 */
export function netstringCodec(maxFrame: number): Codec {
  return {
    spec: "netstring",
    open: () => ({ decoder: new NetstringDecoder(maxFrame), encoder: NETSTRING_ENCODER }),
  };
}

class NetstringDecoder extends InputDecoder {
  /** Digits of the length read so far. */
  #digits = 0;
  #length = 0;
  #inBody = false;

  override get buffered(): number {
    return this.pending.length + this.#digits;
  }

  next(): Uint8Array | undefined {
    if (this.failed !== undefined) throw this.failed;
    const input = this.input;
    do {
      if (this.#inBody || this.#readLength()) {
        const body = this.#readBody();
        if (body !== undefined) return body;
      }
    } while (input.advance());
    if (input.ended && this.#digits > 0) {
      throw this.#fail(truncated(this.offset, input.position - this.offset));
    }
    return undefined;
  }

  #readLength(): boolean {
    const input = this.input;
    const { chunk } = input;
    while (input.at < chunk.length) {
      const byte = chunk[input.at];
      if (byte === COLON && this.#digits > 0) {
        input.at++;
        this.#inBody = true;
        return true;
      }
      if (byte < ZERO || byte > NINE) throw this.#fail(this.#bad("without a decimal length and a colon"));
      if (this.#digits > 0 && this.#length === 0) throw this.#fail(this.#bad("with a leading zero"));
      input.at++;
      this.#digits++;
      this.#length = this.#length * 10 + byte - ZERO;
      if (this.#length > this.max) {
        throw this.#fail(tooLong(this.offset, this.max, false, `at least ${this.#length} bytes`));
      }
    }
    return false;
  }

  #readBody(): Uint8Array | undefined {
    const input = this.input;
    const pending = this.pending;
    const { chunk, at } = input;
    const end = at + this.#length - pending.length;
    if (end >= chunk.length) {
      pending.fill(input, this.#length);
      return undefined;
    }
    if (chunk[end] !== COMMA) throw this.#fail(this.#bad("without a comma at its end"));
    const body = pending.length === 0 ? chunk.subarray(at, end) : this.#takeWith(end);
    input.at = end + 1;
    this.offset = input.position;
    this.#inBody = false;
    this.#digits = 0;
    this.#length = 0;
    return body;
  }

  #takeWith(end: number): Uint8Array {
    this.pending.append(this.input.chunk, this.input.at, end, this.#length);
    return this.pending.take();
  }

  #bad(what: string): FrameError {
    return malformed(this.offset, `netstring ${what}`, false);
  }

  #fail(error: FrameError): FrameError {
    this.pending.drop();
    this.failed = error;
    return error;
  }
}

const NETSTRING_ENCODER: Encoder = {
  encode(body: Uint8Array, out: ByteBuffer): void {
    for (const digit of String(body.length)) out.appendByte(digit.charCodeAt(0));
    out.appendByte(COLON);
    out.append(body);
    out.appendByte(COMMA);
  },
};
