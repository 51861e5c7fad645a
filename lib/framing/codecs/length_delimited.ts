import type { ByteBuffer } from "../byte_buffer.ts";
import { tooLong, truncated, unencodable } from "../frame_errors.ts";
import { InputDecoder } from "../input_decoder.ts";
import { type Codec, type Encoder, FrameError } from "../types.ts";

/** How a length is written. */
export interface LengthFormat {
  /** Bytes of the length. */
  readonly width: 1 | 2 | 4;
  /** The least significant byte comes first. */
  readonly littleEndian: boolean;
  /** The highest bit is a sign; a negative length is an error. */
  readonly signed: boolean;
}

/**
 * The formats by the name that `len:` takes.
 *
 * ```text
 * i32le  05 00 00 00 | h e l l o     u16le  05 00 | h e l l o
 * i32be  00 00 00 05 | h e l l o     u16be  00 05 | h e l l o
 * u32le, u32be  the same, to 2^32-1  u8     05 | h e l l o
 * ```
 */
export const LENGTH_FORMATS: Readonly<Record<string, LengthFormat>> = {
  i32le: { width: 4, littleEndian: true, signed: true },
  i32be: { width: 4, littleEndian: false, signed: true },
  u32le: { width: 4, littleEndian: true, signed: false },
  u32be: { width: 4, littleEndian: false, signed: false },
  u16le: { width: 2, littleEndian: true, signed: false },
  u16be: { width: 2, littleEndian: false, signed: false },
  u8: { width: 1, littleEndian: false, signed: false },
};

/**
 * A length, then that many bytes. A negative length or one over `maxFrame` is fatal, since nothing shows where
 * the next header begins.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { decoder } = lengthCodec("u16be", 100).open();
 * decoder.feed(new Uint8Array([0, 2, 104, 105]));
 * assertEquals(decoder.next(), new Uint8Array([104, 105]));
 * ```
 *
 * @param name a name of {@linkcode LENGTH_FORMATS}
 */
export function lengthCodec(name: string, maxFrame: number): Codec {
  const format = LENGTH_FORMATS[name];
  const encoder = new LengthEncoder(name, format);
  return {
    spec: `len:${name}`,
    head: () => format.width,
    open: () => ({ decoder: new LengthDecoder(format, maxFrame), encoder }),
  };
}

class LengthDecoder extends InputDecoder {
  #width: number;
  #little: boolean;
  #signed: boolean;
  /** Bytes of the pending frame with its header; 0 as long as that is unknown. */
  #size = 0;

  constructor({ width, littleEndian, signed }: LengthFormat, max: number) {
    super(max);
    this.#width = width;
    this.#little = littleEndian;
    this.#signed = signed;
  }

  next(): Uint8Array | undefined {
    const input = this.input;
    do {
      if (this.pending.length === 0) {
        const { chunk, at } = input;
        const body = at + this.#width;
        if (body <= chunk.length) {
          const length = this.#read(chunk, at);
          const end = body + length;
          if (length >= 0 && length <= this.max && end <= chunk.length) {
            input.at = end;
            this.offset = input.base + end;
            return chunk.subarray(body, end);
          }
        }
      }
      const frame = this.#assemble();
      if (frame !== undefined) return frame;
    } while (input.advance());
    if (input.ended && this.pending.length > 0) {
      this.failed = truncated(this.offset, this.pending.length);
      throw this.failed;
    }
    return undefined;
  }

  /** The rare case: a frame that lies in more than one chunk, or is an error. */
  #assemble(): Uint8Array | undefined {
    if (this.failed !== undefined) throw this.failed;
    const pending = this.pending;
    if (this.#size === 0) {
      pending.fill(this.input, this.#width);
      if (pending.length < this.#width) return undefined;
      this.#size = this.#width + this.#readChecked();
    }
    pending.fill(this.input, this.#size);
    if (pending.length < this.#size) return undefined;
    this.#size = 0;
    this.offset = this.input.position;
    return pending.take(this.#width);
  }

  #readChecked(): number {
    const pending = this.pending;
    const header = Uint8Array.from({ length: this.#width }, (_, i) => pending.at(i));
    const length = this.#read(header, 0);
    if (length < 0) {
      this.failed = new FrameError("frame_bad_length", `frame length is ${length} at byte ${this.offset}`, {
        offset: this.offset,
        hint: "check that both sides use the same --frame",
      });
    } else if (length > this.max) {
      this.failed = tooLong(this.offset, this.max, false, `${length} bytes`);
    }
    if (this.failed !== undefined) throw this.failed;
    return length;
  }

  #read(bytes: Uint8Array, at: number): number {
    if (this.#width === 1) return bytes[at];
    if (this.#width === 2) {
      return this.#little ? bytes[at] | bytes[at + 1] << 8 : bytes[at] << 8 | bytes[at + 1];
    }
    const length = this.#little
      ? bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24
      : bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
    return this.#signed ? length : length >>> 0;
  }
}

class LengthEncoder implements Encoder {
  #name: string;
  #width: number;
  #little: boolean;
  #most: number;

  constructor(name: string, { width, littleEndian, signed }: LengthFormat) {
    this.#name = name;
    this.#width = width;
    this.#little = littleEndian;
    this.#most = 2 ** (8 * width - (signed ? 1 : 0)) - 1;
  }

  encode(body: Uint8Array, out: ByteBuffer): void {
    const { length } = body;
    if (length > this.#most) {
      throw unencodable(
        `a message of ${length} bytes is too long for len:${this.#name}, which holds ${this.#most}`,
        "use a wider length, such as len:i32le",
      );
    }
    const last = this.#width - 1;
    for (let i = 0; i <= last; i++) out.appendByte(length >>> 8 * (this.#little ? i : last - i) & 0xff);
    out.append(body);
  }
}
