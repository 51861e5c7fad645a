import { RawDecoder } from "./raw.ts";
import { type Decoder, FrameError } from "./types.ts";

/** Where bytes come from. */
export interface PullSource {
  /** Reads into `buffer`: the number of bytes, or null at the end of the stream. */
  read(buffer: Uint8Array): Promise<number | null>;
}

/** The time, given by the caller since this folder has none. */
export interface PullClock {
  /** The time in ms. */
  now(): number;
  /** Waits `ms`; `promise` never rejects, and may stay pending for ever after `cancel`. */
  sleep(ms: number): { readonly promise: Promise<unknown>; cancel(): void };
}

/** What {@linkcode pullFrames} calls, and how it reads. */
export interface PullOptions {
  /**
   * Takes each frame, which is good until the promise of the next `onBatch` is fulfilled. If it returns true,
   * `onBatch` is called before the next frame: whoever gathers answers says so when there are enough.
   */
  onFrame(frame: Uint8Array): unknown;
  /** Is called after the frames of each read; if it returns a promise, what follows waits for it. */
  onBatch?(): Promise<void> | undefined | void;
  /** Takes each error that the decoder recovers from, and may return true as `onFrame`; else they are passed over. */
  onError?(error: FrameError): unknown;
  /** Whether a message that the end of the stream leaves unfinished is none; without it the decoder decides. */
  dropsUnfinished?(): boolean;
  /** Is for a decoder that has `nextTimeout`, such as that of `text`; without it no pause ends a message. */
  clock?: PullClock;
  /** Bytes that stay free in front of each `raw` message in its ArrayBuffer; 0 if not given. */
  headroom?: number;
  /** Bytes that stay free behind each `raw` message in its ArrayBuffer; 0 if not given. */
  tailroom?: number;
}

const FIRST_WINDOW = 2048;
const LARGEST_WINDOW = 65_536;
const GROWTH = 4;
/** What no read gives. */
const TIMED_OUT = -1;
const ENOUGH: unique symbol = Symbol("enough frames for a batch");

/**
 * Reads until the end of the stream and hands every frame over. This is the fast path of the servers: one
 * buffer, used again for every read, and nothing allocated for a message but the view of it.
 *
 * The buffer begins at 2 KiB and grows up to 64 KiB once two reads in a row have filled it, so that idle
 * connections stay small. For `raw` no read takes more than a message may have, so each message is a read.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lineCodec } from "./line.ts";
 * const reads = ["one\ntw", "o\n"].map((text) => new TextEncoder().encode(text));
 * const read = (buffer: Uint8Array) => {
 *   const bytes = reads.shift();
 *   if (bytes) buffer.set(bytes);
 *   return Promise.resolve(bytes ? bytes.length : null);
 * };
 * const lines: string[] = [];
 * await pullFrames({ read }, lineCodec(100).open().decoder, {
 *   onFrame: (frame) => lines.push(new TextDecoder().decode(frame)),
 * });
 * assertEquals(lines, ["one", "two"]);
 * ```
 *
 * @throws {FrameError} at an error that the decoder doesn't recover from, once the frames before it are
 * handed over and their batch is through
 */
export async function pullFrames(source: PullSource, decoder: Decoder, options: PullOptions): Promise<void> {
  const { clock } = options;
  const window = new ReadWindow(decoder, options.headroom ?? 0, options.tailroom ?? 0);
  let reading: Promise<number | null> | undefined;
  for (;;) {
    reading ??= source.read(window.view);
    const due = decoder.nextTimeout?.();
    const got = due === undefined || clock === undefined
      ? await reading
      : await readUntil(reading, clock, due);
    if (got === TIMED_OUT) {
      decoder.timeout?.(clock!.now());
    } else {
      reading = undefined;
      if (got === 0) continue;
      if (got === null && options.dropsUnfinished?.()) return;
      if (got === null) decoder.end();
      else decoder.feed(window.read(got), decoder.nextTimeout && clock?.now());
    }
    let outcome: FrameError | typeof ENOUGH | undefined;
    do {
      outcome = handOver(decoder, options);
      const batch = options.onBatch?.();
      if (batch !== undefined) await batch;
    } while (outcome === ENOUGH);
    if (outcome !== undefined) throw outcome;
    if (got === null) return;
    if (got !== TIMED_OUT) window.fit(got);
  }
}

/** The place that reads go to, with room before and behind it. */
class ReadWindow {
  view: Uint8Array<ArrayBuffer>;
  #largest: number;
  #headroom: number;
  #tailroom: number;
  #filled = false;

  constructor(decoder: Decoder, headroom: number, tailroom: number) {
    this.#headroom = headroom;
    this.#tailroom = tailroom;
    this.#largest = decoder instanceof RawDecoder ? Math.min(LARGEST_WINDOW, decoder.max) : LARGEST_WINDOW;
    this.view = this.#allocate(Math.min(FIRST_WINDOW, this.#largest));
  }

  read(count: number): Uint8Array {
    return count === this.view.length ? this.view : this.view.subarray(0, count);
  }

  /** Grows when `count`, the bytes of the read that has just been worked through, filled it again. */
  fit(count: number): void {
    const { length } = this.view;
    if (count === length && this.#filled && length < this.#largest) {
      this.view = this.#allocate(Math.min(length * GROWTH, this.#largest));
      this.#filled = false;
    } else {
      this.#filled = count === length;
    }
  }

  #allocate(size: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(new ArrayBuffer(this.#headroom + size + this.#tailroom), this.#headroom, size);
  }
}

/** The read goes on when the time is up, and is raced again. */
async function readUntil(
  reading: Promise<number | null>,
  clock: PullClock,
  due: number,
): Promise<number | null> {
  const sleep = clock.sleep(Math.max(0, due - clock.now()));
  try {
    return await Promise.race([reading, sleep.promise.then(() => TIMED_OUT)]);
  } finally {
    sleep.cancel();
  }
}

function handOver(decoder: Decoder, options: PullOptions): FrameError | typeof ENOUGH | undefined {
  for (;;) {
    let frame: Uint8Array | undefined;
    try {
      frame = decoder.next();
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      if (!error.recoverable) return error;
      if (options.onError?.(error) === true) return ENOUGH;
      continue;
    }
    if (frame === undefined) return undefined;
    if (options.onFrame(frame) === true) return ENOUGH;
  }
}
