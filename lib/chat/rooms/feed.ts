import type { LineFormat } from "./line_format.ts";
import type { Subscriber } from "./subscriber.ts";

/** Bytes of the first piece of memory for a feed, and of all but the first few. */
const FIRST_CHUNK = 4_096;
const CHUNK = 65_536;

/** A piece of a feed's memory. What was written into it doesn't change, so that writes may be under way. */
interface Chunk {
  bytes: Uint8Array;
  /** The offset of its first byte in the feed. */
  start: number;
  /** Where each of its lines ends, as offsets in the feed. */
  ends: number[];
}

/**
 * What is said in a room, in one format: a log of bytes that its subscribers write out from, each at its own pace, so
 * that a line is encoded and stored once however many hear it. What lies further back than `maxQueue` bytes is
 * forgotten, read or not.
 */
export class Feed {
  readonly format: LineFormat;
  readonly subscribers = new Set<Subscriber>();
  /** The offset behind the last line. */
  end = 0;
  /** Whether its subscribers are about to be woken. */
  isDue = false;
  #chunks: Chunk[] = [];
  #maxQueue: number;

  /** @param maxQueue bytes that the slowest subscriber may be behind */
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

  /** Whole lines from `from` on, at most to `to`: as many as lie together in memory. */
  view(from: number, to: number): Uint8Array {
    const chunk = this.#chunkAt(from);
    return chunk.bytes.subarray(from - chunk.start, Math.min(to, chunk.ends.at(-1)!) - chunk.start);
  }

  /** Where the line ends that begins at `offset`. */
  lineEnd(offset: number): number {
    const { ends } = this.#chunkAt(offset);
    return ends[firstAfter(ends, offset)];
  }

  /** How many lines begin from `from` on and before `to`. */
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
