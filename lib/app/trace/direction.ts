import { ByteBuffer, type Codec, type Decoder, FrameError } from "../../framing/mod.ts";
import { type Encoding, utf8 } from "../../text/mod.ts";
import { TextColumn } from "../../text/text_column.ts";
import {
  bytesText,
  heading,
  INDENT,
  render,
  type Segment,
  SHOWN,
  type Verb,
  type ViewOptions,
} from "./view.ts";

/** Where a trace goes and how it looks. */
export interface TraceOptions extends ViewOptions {
  /** Names the frames whose borders are shown, for both directions or for each. */
  codec: Codec | { read: Codec; write: Codec };
  /** What the bytes are as text; UTF-8 if not given. */
  encoding?: Encoding;
  /** Takes whole lines, each with its line feed. */
  write(text: string): void;
}

/** Where a frame ends in the stream, and where it begins if that is not where the one before ended. */
interface Border {
  from?: number;
  to: number;
}

/** Datagrams of one direction. */
export class Datagrams {
  #verb: Verb;
  #name: string;
  #options: TraceOptions;
  #count = 0;

  constructor(verb: Verb, name: string, options: TraceOptions) {
    this.#verb = verb;
    this.#name = name;
    this.#options = options;
  }

  bytes(bytes: Uint8Array, name = this.#name): void {
    const whole = { frame: ++this.#count, from: 0, to: bytes.length, begins: true, ends: true };
    const cells = new TextColumn(this.#options.encoding ?? utf8).take(bytes.subarray(0, SHOWN));
    const segments = bytes.length ? [whole] : [];
    this.#options.write(
      render(this.#verb, name, bytes, cells, 0, segments, "1 datagram", this.#options),
    );
  }

  end(): void {}
}

/** One direction of a connection, with a decoder of its own to find the borders. */
export class Direction {
  #verb: Verb;
  #peer: string;
  #options: TraceOptions;
  #codec: Codec;
  #text: TextColumn;
  #decoder: Decoder | undefined;
  #offset = 0;
  #frame = 1;
  #inside = false;
  /** Behind a frame that is passed over, whose end is not known yet. */
  #skipping = false;

  constructor(verb: Verb, peer: string, options: TraceOptions) {
    this.#verb = verb;
    this.#peer = peer;
    this.#options = options;
    const { codec, encoding = utf8 } = options;
    this.#codec = "open" in codec ? codec : verb === "write" ? codec.write : codec.read;
    this.#text = new TextColumn(encoding);
    this.#decoder = this.#codec.open().decoder;
  }

  bytes(bytes: Uint8Array): void {
    const now = this.#options.now();
    this.#timeout(now);
    const start = this.#offset;
    this.#offset += bytes.length;
    // The bytes may change under a decoder that still holds them, so it gets its own.
    const copy = bytes.slice();
    this.#decoder?.feed(copy, now);
    // A line end that comes after a pause belongs to the frame before it.
    const from = Math.max(0, (this.#decoder?.offset ?? 0) - start);
    const { frames, errors } = this.#takeFrames(copy);
    const segments = this.#segments(bytes.length, from, frames, start);
    const summary = this.#summary(segments);
    const cells = this.#cells(bytes, segments);
    this.#options.write(
      render(this.#verb, this.#peer, bytes, cells, start, segments, summary, this.#options),
    );
    for (const error of errors) this.#note(error.message);
  }

  end(): void {
    const { write, colors, now } = this.#options;
    this.#decoder?.end();
    const { frames, errors } = this.#takeFrames();
    if (frames.length && this.#inside) this.#close("by the end of the stream");
    write(
      `${heading(this.#verb, this.#peer, now(), colors)}  end of stream after ${bytesText(this.#offset)}\n`,
    );
    for (const error of errors) this.#note(error.message);
  }

  // A pause may have ended a frame since: its border is where the bytes before these ended.
  #timeout(now: number): void {
    if (!this.#decoder?.timeout) return;
    this.#decoder.timeout(now);
    if (this.#takeFrames().frames.length && this.#inside) this.#close("by a pause");
  }

  #close(how: string): void {
    this.#inside = false;
    this.#options.write(`${INDENT}${this.#options.colors.dim("·")} #${this.#frame++} was ended ${how}\n`);
  }

  /** @param chunk the bytes fed last, which end at `#offset` */
  #takeFrames(chunk?: Uint8Array): { frames: Border[]; errors: FrameError[] } {
    const frames: Border[] = [];
    const errors: FrameError[] = [];
    // Each write of ours is whole messages, whatever a pause would say.
    let isWhole = this.#verb === "write";
    while (this.#decoder) {
      try {
        const body = this.#decoder.next();
        if (!body) {
          if (!isWhole) break;
          isWhole = false;
          this.#decoder.timeout?.(Infinity);
          continue;
        }
        const to = this.#decoder.offset;
        frames.push({ from: this.#skipping ? this.#startOf(body, to, chunk) : undefined, to });
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
    return Math.min(start, this.#offset - chunk.length + body.byteOffset);
  }

  #segments(length: number, first: number, frames: Border[], start: number): Segment[] {
    const segments: Segment[] = [];
    let at = first;
    for (const frame of frames) {
      const to = frame.to - start;
      const from = frame.from === undefined ? at : Math.max(at, frame.from - start);
      const begins = !this.#inside || frame.from !== undefined;
      if (to > from) segments.push({ frame: this.#frame, from, to, begins, ends: true });
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

  /** The text column of what is shown. A frame is a text of its own, unless reads are all the frames there are. */
  #cells(bytes: Uint8Array, segments: Segment[]): string[] {
    const cells: string[] = [];
    let at = 0;
    for (const { from, begins } of segments) {
      if (!begins || this.#codec.isPerRead) continue;
      cells.push(...this.#text.take(bytes.subarray(at, from), SHOWN - cells.length));
      this.#text.begin(this.#codec.head?.(bytes[from]));
      at = from;
    }
    cells.push(...this.#text.take(bytes.subarray(at), SHOWN - cells.length));
    return cells;
  }

  #summary(segments: Segment[]): string {
    if (!this.#decoder) return "frames unknown";
    const whole = segments.filter((segment) => segment.begins && segment.ends).length;
    const parts = [whole === 1 ? "1 frame" : `${whole} frames`];
    if (segments.some((segment) => !segment.begins && segment.ends)) parts.push("the end of one");
    if (segments.some((segment) => segment.begins && !segment.ends)) parts.push("the beginning of one");
    if (segments.some((segment) => !segment.begins && !segment.ends)) parts.push("the middle of one");
    return `${(whole ? parts : parts.slice(1)).join(" and ") || "no frame"} (${this.#codec.spec})`;
  }

  #note(message: string): void {
    this.#options.write(`${INDENT}${this.#options.colors.dim("!")} ${message}\n`);
  }
}
