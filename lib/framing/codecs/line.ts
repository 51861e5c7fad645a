import type { ByteBuffer } from "../byte_buffer.ts";
import { tooLong, truncated, unencodable } from "../frame_errors.ts";
import { InputDecoder } from "../input_decoder.ts";
import type { Codec, Encoder, FrameError, TextForm } from "../types.ts";

const LF = 0x0a;
const CR = 0x0d;

/**
 * Messages that end in `\n`; one `\r` before it belongs to it. A body of more than `maxFrame` bytes is a
 * recoverable error: the decoder goes on after the next `\n`.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { decoder } = lineCodec(100).open();
 * decoder.feed(new TextEncoder().encode("hello\r\nwor"));
 * assertEquals(decoder.next(), new TextEncoder().encode("hello"));
 * assertEquals(decoder.next(), undefined);
 * ```
 *
 * @param form whose mark is dropped at the start of a stream
 */
export function lineCodec(maxFrame: number, form?: TextForm): Codec {
  return {
    spec: "line",
    isLineBased: true,
    open: () => ({ decoder: new LineDecoder(maxFrame, form?.mark), encoder: LINE_ENCODER }),
  };
}

/** Cuts after each `\n`. */
export class LineDecoder extends InputDecoder {
  /** Whether a `\n` was seen so far. */
  sawNewline = false;
  #skipping = false;
  /** What the first line may have in front; nothing once there was one. */
  #mark?: Uint8Array;

  /** @param mark bytes at the start of the stream that belong to no line */
  constructor(max: number, mark?: Uint8Array) {
    super(max);
    this.#mark = mark;
  }

  /** What has come of a line whose end has not, as long as no more is fed. */
  get beginning(): Uint8Array {
    return this.pending.view();
  }

  /** Whether bytes of a line came, but not yet its end. */
  get unfinished(): boolean {
    return this.#skipping || this.pending.length > 0;
  }

  next(): Uint8Array | undefined {
    const input = this.input;
    do {
      let newline: number;
      while ((newline = input.chunk.indexOf(LF, input.at)) >= 0) {
        const line = this.#finish(newline);
        if (line !== undefined) return this.#mark ? this.#withoutMark(line) : line;
      }
      this.#keepRest();
    } while (input.advance());
    if (input.ended && this.pending.length > 0) {
      throw this.failed ??= truncated(this.offset, this.pending.length);
    }
    return undefined;
  }

  /** Gives what has come of an unfinished line, without a `\r` at its end. A line that is being skipped ends here. */
  takeUnfinished(): Uint8Array | undefined {
    if (!this.unfinished) return undefined;
    this.offset = this.input.position;
    const skipped = this.#skipping;
    this.#skipping = false;
    if (skipped) return undefined;
    const line = this.#takePending();
    if (!this.#mark) return line;
    // A mark that came alone is no message.
    const hadMark = line.length === this.#mark.length;
    const rest = this.#withoutMark(line);
    return hadMark && !rest.length ? undefined : rest;
  }

  /** Counts `count` bytes that were not fed here: they belong to the frame that was given last. */
  passOver(count: number): void {
    this.input.advance();
    this.input.base += count;
    this.offset = this.input.position;
  }

  #withoutMark(line: Uint8Array): Uint8Array {
    const mark = this.#mark!;
    this.#mark = undefined;
    return mark.every((byte, i) => line[i] === byte) ? line.subarray(mark.length) : line;
  }

  #finish(newline: number): Uint8Array | undefined {
    const input = this.input;
    const { chunk, at } = input;
    this.sawNewline = true;
    if (this.#skipping) {
      this.#skipping = false;
      this.#pass(newline);
      return undefined;
    }
    if (this.pending.length === 0) {
      const end = newline > at && chunk[newline - 1] === CR ? newline - 1 : newline;
      if (end - at > this.max) throw this.#skip();
      this.#pass(newline);
      return chunk.subarray(at, end);
    }
    const length = this.pending.length + newline - at;
    const last = newline > at ? chunk[newline - 1] : this.pending.at(length - 1);
    if (length - (last === CR ? 1 : 0) > this.max) throw this.#skip();
    this.pending.append(chunk, at, newline, this.max + 1);
    this.#pass(newline);
    return this.#takePending();
  }

  #pass(newline: number): void {
    this.input.at = newline + 1;
    this.offset = this.input.position;
  }

  #keepRest(): void {
    const { chunk, at } = this.input;
    if (at === chunk.length) return;
    if (!this.#skipping) {
      const length = this.pending.length + chunk.length - at;
      // A \r at the very end may belong to the terminator, which doesn't count.
      if (length - (chunk[chunk.length - 1] === CR ? 1 : 0) > this.max) throw this.#skip();
      this.pending.append(chunk, at, chunk.length, this.max + 1);
    }
    this.input.at = chunk.length;
  }

  #skip(): FrameError {
    this.#skipping = true;
    this.pending.drop();
    return tooLong(this.offset, this.max, true);
  }

  #takePending(): Uint8Array {
    const { length } = this.pending;
    if (length === 0) return this.pending.take();
    return this.pending.take(0, this.pending.at(length - 1) === CR ? length - 1 : length);
  }
}

/** @throws {FrameError} `frame_unencodable` if a line can't hold `body` */
export function checkLine(body: Uint8Array): void {
  const newline = body.indexOf(LF);
  if (newline >= 0) {
    throw unencodable(
      `a line can't hold a newline, which is byte ${newline} of the message`,
      "use another --frame, such as len:i32le",
    );
  }
}

const LINE_ENCODER: Encoder = {
  encode(body: Uint8Array, out: ByteBuffer): void {
    checkLine(body);
    out.append(body);
    out.appendByte(LF);
  },
};
