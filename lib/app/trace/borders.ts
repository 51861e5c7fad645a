import { ByteBuffer, type Codec, type Decoder, FrameError } from "../../framing/mod.ts";

/** A piece of a frame inside one read or write; the indexes are bytes of that read or write. */
export interface Segment {
  /** The frame's number, from 1. */
  frame: number;
  from: number;
  /** Index behind the last byte. */
  to: number;
  begins: boolean;
  ends: boolean;
  /** The text of the frame, if it ends here and texts are asked for; none if it is no text. */
  text?: string;
}

/** What {@linkcode FrameBorders} finds in one read or write. */
export interface FoundBorders {
  /** The frame that a pause had ended before it. */
  paused?: number;
  segments: Segment[];
  /** Lengths in bytes of the bodies of the frames that ended in it. */
  lengths: number[];
  errors: FrameError[];
}

/** Where a frame ends in the stream, and where it begins if that is not where the one before ended. */
interface Border {
  from?: number;
  to: number;
  /** Bytes of its body. */
  length: number;
  text?: string;
}

/** What is known of the reads, or writes, of a direction. */
export interface BordersOptions {
  /** Whether all that is taken at once is whole messages, whatever a pause would say: our own writes are. */
  areWhole?: boolean;
  /** Whether what is taken at once is a message of a WebSocket: its end ends a line, too. */
  areMessages?: boolean;
  /** Reads a body, which is good until it returns. */
  textOf?(body: Uint8Array): string | undefined;
}

const LF = 0x0a;
const NEWLINE = Uint8Array.of(LF);

/** Finds the borders of frames in one direction of a connection, with a decoder of its own. */
export class FrameBorders {
  #codec: Codec;
  #areWhole: boolean;
  #areLines: boolean;
  #textOf: BordersOptions["textOf"];
  #decoder: Decoder | undefined;
  #offset = 0;
  /** Newlines that messages did not have, and the decoder was given. */
  #added = 0;
  #frame = 1;
  #inside = false;
  /** Behind a frame that is passed over, whose end is not known yet. */
  #skipping = false;

  constructor(codec: Codec, { areWhole = false, areMessages = false, textOf }: BordersOptions = {}) {
    this.#codec = codec;
    this.#areWhole = areWhole;
    this.#areLines = areMessages && codec.isLineBased === true;
    this.#textOf = textOf;
    this.#decoder = codec.open().decoder;
  }

  /** Bytes taken so far. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether a broken frame came, so that nobody knows where frames begin. */
  get isLost(): boolean {
    return !this.#decoder;
  }

  /** Takes what was read or written next, at the time `now` in ms. */
  take(bytes: Uint8Array, now: number): FoundBorders {
    const paused = this.#timeout(now);
    const start = this.#offset;
    this.#offset += bytes.length;
    this.#decoder?.feed(bytes, now);
    const isUnended = this.#areLines && bytes.at(-1) !== LF;
    if (isUnended) this.#decoder?.feed(NEWLINE, now);
    // A line end that comes after a pause belongs to the frame before it.
    const from = Math.max(0, (this.#decoder?.offset ?? 0) - this.#added - start);
    const { frames, errors } = this.#takeFrames(bytes);
    if (isUnended) this.#added++;
    return {
      paused,
      segments: this.#segments(bytes.length, from, frames, start),
      lengths: frames.map(({ length }) => length),
      errors,
    };
  }

  /** The stream has ended; gives the frame that its end has ended, if one was open. */
  end(): { ended?: number; errors: FrameError[] } {
    this.#decoder?.end();
    const { frames, errors } = this.#takeFrames();
    return { ended: frames.length && this.#inside ? this.#close() : undefined, errors };
  }

  // A pause may have ended a frame since: its border is where the bytes before these ended.
  #timeout(now: number): number | undefined {
    if (!this.#decoder?.timeout) return undefined;
    this.#decoder.timeout(now);
    return this.#takeFrames().frames.length && this.#inside ? this.#close() : undefined;
  }

  #close(): number {
    this.#inside = false;
    return this.#frame++;
  }

  /** @param chunk the bytes fed last, which end at `#offset` */
  #takeFrames(chunk?: Uint8Array): { frames: Border[]; errors: FrameError[] } {
    const frames: Border[] = [];
    const errors: FrameError[] = [];
    let isWhole = this.#areWhole;
    while (this.#decoder) {
      try {
        const body = this.#decoder.next();
        if (!body) {
          if (!isWhole) break;
          isWhole = false;
          this.#decoder.timeout?.(Infinity);
          continue;
        }
        const to = Math.min(this.#decoder.offset - this.#added, this.#offset);
        const from = this.#skipping ? this.#startOf(body, to, chunk) : undefined;
        frames.push({ from, to, length: body.length, text: this.#textOf?.(body) });
        this.#skipping = false;
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        errors.push(error);
        this.#skipping = error.recoverable;
        // From here on nobody knows where frames begin; the bytes are still shown.
        if (!error.recoverable) this.#decoder = undefined;
      }
    }
    return { frames, errors };
  }

  /** Where a frame that ends at `to` begins: by its length on the wire, or by where its body lies. */
  #startOf(body: Uint8Array, to: number, chunk?: Uint8Array): number {
    const out = new ByteBuffer();
    this.#codec.open().encoder.encode(body, out);
    const start = to - out.length;
    if (body.buffer !== chunk?.buffer) return start;
    return Math.min(start, this.#offset - chunk.length + body.byteOffset - chunk.byteOffset);
  }

  #segments(length: number, first: number, frames: Border[], start: number): Segment[] {
    const segments: Segment[] = [];
    let at = first;
    for (const frame of frames) {
      const to = frame.to - start;
      const from = frame.from === undefined ? at : Math.max(at, frame.from - start);
      const begins = !this.#inside || frame.from !== undefined;
      if (to > from) segments.push({ frame: this.#frame, from, to, begins, ends: true, text: frame.text });
      this.#frame++;
      this.#inside = false;
      at = to;
    }
    if (this.#skipping) this.#inside = false;
    else if (at < length && this.#decoder) {
      segments.push({ frame: this.#frame, from: at, to: length, begins: !this.#inside, ends: false });
      this.#inside = true;
    }
    return segments;
  }
}
