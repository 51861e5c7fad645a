import type { ByteBuffer } from "../byte_buffer.ts";
import { checkLine, LineDecoder } from "./line.ts";
import type { Codec, Decoder, Encoder, TextForm } from "../types.ts";

const LF = 0x0a;
const CR = 0x0d;
const HELD_CR = new Uint8Array([CR]);

/** The pause in milliseconds that ends an unfinished line, unless `text:MS` gives another. */
export const DEFAULT_PAUSE = 20;
/** The pause in milliseconds after which an unfinished line is a message though its last character, or word, isn't whole. */
const CUT_PAUSE = 1_000;

/**
 * Lines; but an unfinished line is a message too, after `pause` milliseconds without a byte or at the end of the
 * stream. If its `\n` or `\r\n` comes later, this is its terminator and not an empty line. The rest of a character or
 * word that a slow link has cut is waited for, up to a second.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { decoder } = textCodec(100, 20).open();
 * decoder.feed(new TextEncoder().encode("hello"), 1000);
 * assertEquals(decoder.next(), undefined);
 * assertEquals(decoder.nextTimeout?.(), 1020);
 * decoder.timeout?.(1020);
 * assertEquals(decoder.next(), new TextEncoder().encode("hello"));
 * ```
 */
export function textCodec(maxFrame: number, pause: number = DEFAULT_PAUSE, form?: TextForm): Codec {
  return {
    spec: pause === DEFAULT_PAUSE ? "text" : `text:${pause}`,
    isLineBased: true,
    open() {
      const lines = new LineDecoder(maxFrame, form?.mark);
      return { decoder: new PauseDecoder(lines, pause, form), encoder: new AnswerEncoder(lines) };
    },
  };
}

class PauseDecoder implements Decoder {
  #lines: LineDecoder;
  #pause: number;
  #form?: TextForm;
  #fedAt = 0;
  /** A pause has passed inside a character, or a word. */
  #waitsForRest = false;
  #due = false;
  #ended = false;
  /** The last message was ended by a pause, and at most a `\r` has come since. */
  #paused = false;
  #heldCr = false;

  constructor(lines: LineDecoder, pause: number, form?: TextForm) {
    this.#lines = lines;
    this.#pause = pause;
    this.#form = form;
  }

  get offset(): number {
    return this.#lines.offset;
  }

  get buffered(): number {
    return this.#lines.buffered + (this.#heldCr ? 1 : 0);
  }

  get sawNewline(): boolean {
    return this.#lines.sawNewline;
  }

  feed(chunk: Uint8Array, now = 0): void {
    if (chunk.length === 0) return;
    this.#fedAt = now;
    this.#due = false;
    this.#waitsForRest = false;
    this.#lines.feed(this.#paused ? this.#withoutTerminator(chunk) : chunk);
  }

  end(): void {
    this.#ended = true;
  }

  next(): Uint8Array | undefined {
    const line = this.#lines.next();
    if (line !== undefined || !(this.#due || this.#ended)) return line;
    if (this.#due) this.#paused = true;
    this.#due = false;
    if (this.#heldCr) {
      this.#heldCr = false;
      this.#lines.passOver(1);
    }
    return this.#lines.takeUnfinished();
  }

  nextTimeout(): number | undefined {
    if (!this.#heldCr && !this.#lines.unfinished) return undefined;
    return this.#fedAt + (this.#waitsForRest ? Math.max(this.#pause, CUT_PAUSE) : this.#pause);
  }

  timeout(now: number): void {
    const at = this.nextTimeout();
    if (at === undefined || now < at) return;
    // Asked once a pause and not once a read, since it looks at the whole line.
    const isCut = !this.#waitsForRest && this.#form?.endsInside(this.#lines.beginning);
    this.#waitsForRest = isCut === true;
    this.#due = !isCut;
  }

  #withoutTerminator(chunk: Uint8Array): Uint8Array {
    if (this.#heldCr) {
      this.#heldCr = false;
      this.#paused = false;
      if (chunk[0] === LF) return this.#terminated(chunk, 1, 2);
      this.#lines.feed(HELD_CR);
      return chunk;
    }
    if (chunk.length === 1 && chunk[0] === CR) {
      this.#heldCr = true;
      return chunk.subarray(1);
    }
    this.#paused = false;
    if (chunk[0] === LF) return this.#terminated(chunk, 1, 1);
    return chunk[0] === CR && chunk[1] === LF ? this.#terminated(chunk, 2, 2) : chunk;
  }

  #terminated(chunk: Uint8Array, used: number, wire: number): Uint8Array {
    this.#lines.sawNewline = true;
    this.#lines.passOver(wire);
    return chunk.subarray(used);
  }
}

/** Ends messages in `\n` once the peer has done so. */
class AnswerEncoder implements Encoder {
  #lines: LineDecoder;

  constructor(lines: LineDecoder) {
    this.#lines = lines;
  }

  encode(body: Uint8Array, out: ByteBuffer): void {
    checkLine(body);
    out.append(body);
    if (this.#lines.sawNewline) out.appendByte(LF);
  }
}
