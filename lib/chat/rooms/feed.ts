import type { LineFormat } from "./line_format.ts";

/** Bytes of a feed's first piece of memory, and of the largest ones: each is up to four times the one before. */
const FIRST_CHUNK = 4_096;
const CHUNK = 65_536;

/** What waking a subscriber came to: no write, one that the system took at once, or one that is under way. */
export type Woken = "idle" | "written" | "writing";

/** Whoever writes out from a feed. */
export interface FeedSubscriber {
  /** The offset up to which it has handed the feed over to writes, at the end of a line. */
  readonly position: number;
  /** Moves its position: the feed forgets what is before `offset`. */
  lose(offset: number): void;
  /** Begins a write if there is something to write and no write is under way. */
  wake(): Woken;
}

/** A piece of a feed's memory. Bytes that were written into it never change: writes may still need them. */
interface Chunk {
  bytes: Uint8Array;
  /** The offset of its first byte in the feed. */
  start: number;
  /** Where each of its lines ends, as offsets in the feed. */
  ends: number[];
}

/**
 * What is said in a room, in one format: a log of bytes. Each subscriber writes out from it at its own pace, so that a
 * line is encoded and stored once, no matter how many hear it. The feed keeps the last `maxQueue` bytes and forgets what
 * is older, even if some subscribers have not written it yet.
 */
export class Feed {
  readonly format: LineFormat;
  readonly subscribers = new Set<FeedSubscriber>();
  /** The offset where the last line ends. */
  end = 0;
  /** Whether its subscribers wait to be woken. */
  isDue = false;
  #chunks: Chunk[] = [];
  #maxQueue: number;

  /** @param maxQueue bytes that may wait for the slowest subscriber */
  constructor(format: LineFormat, maxQueue: number) {
    this.format = format;
    this.#maxQueue = maxQueue;
  }

  /**
   * Appends a line and gives the offset where it begins.
   *
   * @throws {FrameError} `frame_unencodable` if no frame can hold it
   */
  append(line: string): number {
    const frame = this.format.frame(line);
    const start = this.end;
    const chunk = this.#chunkFor(frame.length);
    chunk.bytes.set(frame, start - chunk.start);
    this.end += frame.length;
    chunk.ends.push(this.end);
    return start;
  }

  /** Whole lines from `from` on, at most up to `to`: as many as lie side by side in memory. */
  view(from: number, to: number): Uint8Array {
    const chunk = this.#chunkAt(from);
    return chunk.bytes.subarray(from - chunk.start, Math.min(to, chunk.ends.at(-1)!) - chunk.start);
  }

  /** The offset where the line that begins at `offset` ends. */
  lineEnd(offset: number): number {
    const { ends } = this.#chunkAt(offset);
    return ends[firstAfter(ends, offset)];
  }

  /** How many lines begin at `from` or later, and before `to`. */
  count(from: number, to: number): number {
    let lines = 0;
    for (const { ends } of this.#chunks) lines += firstAfter(ends, to) - firstAfter(ends, from);
    return lines;
  }

  #chunkAt(offset: number): Chunk {
    let i = this.#chunks.length - 1;
    while (this.#chunks[i].start > offset) i--;
    return this.#chunks[i];
  }

  #chunkFor(length: number): Chunk {
    const last = this.#chunks.at(-1);
    if (last && this.end - last.start + length <= last.bytes.length) return last;
    const size = Math.min(last ? last.bytes.length * 4 : FIRST_CHUNK, CHUNK, this.#maxQueue >> 2);
    const chunk = { bytes: new Uint8Array(Math.max(size, length)), start: this.end, ends: [] };
    this.#chunks.push(chunk);
    this.#forget(chunk);
    return chunk;
  }

  #forget(newest: Chunk): void {
    let reached = this.end;
    for (const subscriber of this.subscribers) reached = Math.min(reached, subscriber.position);
    const oldest = newest.start + newest.bytes.length - this.#maxQueue;
    while (this.#chunks[0] !== newest) {
      const next = this.#chunks[1].start;
      if (next > reached) {
        if (this.#chunks[0].start >= oldest) return;
        for (const subscriber of this.subscribers) subscriber.lose(next);
      }
      this.#chunks.shift();
    }
  }
}

/** The index of the first of the ascending `numbers` that is over `limit`. */
function firstAfter(numbers: number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
