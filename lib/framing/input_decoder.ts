import { Input } from "./input.ts";
import { Pending } from "./pending.ts";
import type { Decoder, FrameError } from "./types.ts";

/** A decoder that keeps the beginning of an unfinished frame. How frames are cut is the business of its `next`. */
export abstract class InputDecoder implements Decoder {
  offset = 0;
  /** Bytes of the longest body. */
  protected max: number;
  /** What was fed and is not used yet. */
  protected readonly input: Input = new Input();
  /** The beginning of an unfinished frame. */
  protected readonly pending: Pending = new Pending();
  /** The fatal error, which every further call throws. */
  protected failed?: FrameError;

  /** @param max bytes of the longest body */
  constructor(max: number) {
    this.max = max;
  }

  get buffered(): number {
    return this.pending.length;
  }

  limit(maxFrame: number): void {
    this.max = maxFrame;
  }

  feed(chunk: Uint8Array): void {
    this.input.feed(chunk);
  }

  end(): void {
    this.input.ended = true;
  }

  abstract next(): Uint8Array | undefined;
}
