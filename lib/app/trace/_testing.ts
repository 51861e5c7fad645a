import { parseSpec } from "../../framing/mod.ts";
import type { Encoding } from "../../text/mod.ts";
import type { TraceOptions } from "./trace.ts";
import { traceColors } from "./view.ts";

/** The bytes of a text. */
export const utf8 = (text: string) => new TextEncoder().encode(text);

/** 03:04:05.006789, local time. */
const NOON = new Date(2026, 0, 2, 3, 4, 5, 6).getTime() + 0.789;

/** A trace that is kept, and a clock that stands until it is set forward. */
export class Kept implements TraceOptions {
  readonly codec;
  readonly colors = traceColors(false);
  text = "";
  time = NOON;
  encoding?: Encoding;

  constructor(spec: string, maxFrame?: number) {
    this.codec = parseSpec(spec, maxFrame);
  }

  write = (text: string) => void (this.text += text);
  now = () => this.time;

  /** What was written since the last call. */
  take(): string {
    const { text } = this;
    this.text = "";
    return text;
  }
}
