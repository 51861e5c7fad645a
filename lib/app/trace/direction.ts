import type { Codec } from "../../framing/mod.ts";
import { type Encoding, utf8 } from "../../text/mod.ts";
import { TextColumn } from "../../text/text_column.ts";
import { FrameBorders, type Segment } from "./borders.ts";
import { bytesText, heading, INDENT, render, SHOWN, type Verb, type ViewOptions } from "./view.ts";

/** Where a trace goes and how it looks. */
export interface TraceOptions extends ViewOptions {
  /** Names the frames whose borders are shown, for both directions or for each. */
  codec: Codec | { read: Codec; write: Codec };
  /** What the bytes are as text; UTF-8 if not given. */
  encoding?: Encoding;
  /** Takes whole lines, each with its line feed. */
  write(text: string): void;
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

/** One direction of a connection. */
export class Direction {
  #verb: Verb;
  #peer: string;
  #options: TraceOptions;
  #codec: Codec;
  #text: TextColumn;
  #borders: FrameBorders;

  /** @param areMessages whether each read, or write, is a message of a WebSocket */
  constructor(verb: Verb, peer: string, areMessages: boolean, options: TraceOptions) {
    this.#verb = verb;
    this.#peer = peer;
    this.#options = options;
    const { codec, encoding = utf8 } = options;
    this.#codec = "open" in codec ? codec : verb === "write" ? codec.write : codec.read;
    this.#text = new TextColumn(encoding);
    this.#borders = new FrameBorders(this.#codec, { areWhole: verb === "write", areMessages });
  }

  bytes(bytes: Uint8Array): void {
    const start = this.#borders.offset;
    const { paused, segments, errors } = this.#borders.take(bytes, this.#options.now());
    if (paused !== undefined) this.#close(paused, "by a pause");
    const summary = this.#summary(segments);
    const cells = this.#cells(bytes, segments);
    this.#options.write(
      render(this.#verb, this.#peer, bytes, cells, start, segments, summary, this.#options),
    );
    for (const error of errors) this.#note(error.message);
  }

  end(): void {
    const { write, colors, now } = this.#options;
    const { ended, errors } = this.#borders.end();
    if (ended !== undefined) this.#close(ended, "by the end of the stream");
    const after = bytesText(this.#borders.offset);
    write(`${heading(this.#verb, this.#peer, now(), colors)}  end of stream after ${after}\n`);
    for (const error of errors) this.#note(error.message);
  }

  #close(frame: number, how: string): void {
    this.#options.write(`${INDENT}${this.#options.colors.dim("·")} #${frame} was ended ${how}\n`);
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
    if (this.#borders.isLost) return "frames unknown";
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
