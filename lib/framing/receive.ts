import { type Decoder, FrameError } from "./types.ts";

/** Where bytes come from: a connection. */
export interface FrameSource {
  /**
   * Hands over each read, whose bytes are good until `sink` returns or its promise is fulfilled, and nothing more before
   * that. Done at the end of the stream.
   */
  receive(sink: (bytes: Uint8Array) => Promise<void> | void, options?: ReadRoom): Promise<void>;
}

/** How a {@linkcode FrameSource} reads; each is left out where the decoder doesn't care. */
export interface ReadRoom {
  /** Bytes that stay free before each read's bytes in their ArrayBuffer. */
  headroom?: number;
  /** Bytes that stay free behind them. */
  tailroom?: number;
  /** Bytes that the first read may give; later ones grow with what comes. */
  first?: number;
  /** Bytes that any read may give. */
  largest?: number;
}

/** The time, given by the caller since this folder has none. */
export interface FrameClock {
  /** The time in ms. */
  now(): number;
  /** Calls `action` in `ms`, unless it is cancelled. */
  after(ms: number, action: () => void): { cancel(): void };
}

/** What {@linkcode receiveFrames} calls, and how it reads. */
export interface FrameHandler {
  /**
   * Takes each frame, which is good until it returns, or until its promise is fulfilled: so long the other frames wait.
   * If it gives true, `onBatch` is called before the next frame, and the frame is good until that is through: whoever
   * gathers answers says so when there are enough.
   */
  onFrame(frame: Uint8Array): Promise<void> | boolean | void;
  /** Is called after the frames of each read; if it returns a promise, what follows waits for it. */
  onBatch?(): Promise<void> | void;
  /** Takes each error that the decoder recovers from, and may return true as `onFrame`; else they are passed over. */
  onError?(error: FrameError): boolean | void;
  /** Whether a message that the end of the stream leaves unfinished is none; without it the decoder decides. */
  dropsUnfinished?(): boolean;
  /** Whether an unfinished message waits for its end, whatever pause there is; without it a pause ends it. */
  waitsForEnd?(): boolean;
  /** Is for a decoder that has `nextTimeout`, such as that of `text`; without it no pause ends a message. */
  readonly clock?: FrameClock;
  /** Bytes that the first read may give, where a message may come in several. */
  readonly first?: number;
  /** Bytes that stay free in front of each `raw` message in its ArrayBuffer; 0 if not given. */
  readonly headroom?: number;
  /** Bytes that stay free behind each `raw` message in its ArrayBuffer; 0 if not given. */
  readonly tailroom?: number;
}

/**
 * Receives until the end of the stream and hands every frame over. This is the fast path of the servers: nothing is
 * allocated for a message but the view of it. For `raw` no read takes more than a message may have, so each message is
 * a read.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lineCodec } from "./codecs/line.ts";
 * const source = {
 *   async receive(sink: (bytes: Uint8Array) => Promise<void> | void) {
 *     for (const text of ["one\ntw", "o\n"]) await sink(new TextEncoder().encode(text));
 *   },
 * };
 * const lines: string[] = [];
 * await receiveFrames(source, lineCodec(100).open().decoder, {
 *   onFrame: (frame) => void lines.push(new TextDecoder().decode(frame)),
 * });
 * assertEquals(lines, ["one", "two"]);
 * ```
 *
 * @throws {FrameError} at an error that the decoder doesn't recover from, once the frames before it are handed over and
 * their batch is through
 * @throws what `source` and the handler throw
 */
export function receiveFrames(source: FrameSource, decoder: Decoder, handler: FrameHandler): Promise<void> {
  const pump = new FramePump(decoder, handler);
  const { first, headroom, tailroom } = handler;
  const received = source.receive(pump.take, { first, headroom, tailroom, largest: decoder.largestChunk });
  received.then(pump.end, pump.fail);
  return pump.done;
}

/** Ms by which a timer is late only if the thread had other things to do. */
const LATE = 5;

/** What stands between a source that pushes and a handler that may make it wait. */
class FramePump {
  readonly done: Promise<void>;
  #decoder: Decoder;
  #handler: FrameHandler;
  #outcome = Promise.withResolvers<void>();
  /** Whether the decoder may have another frame. */
  #hasMore = false;
  #failure?: FrameError;
  /** What the source failed with: that outweighs a write of the handler's that it cut off. */
  #sourceFailure?: { error: unknown };
  #timer?: { cancel(): void };
  /** When it looks, in ms of the clock. */
  #looksAt = 0;
  /** Ms that the last read was worked on. */
  #worked = 0;
  /** A pause that was told of late was given another moment. */
  #hasLooked = false;
  /** Frames that a pause has ended were not handled: the source may still push, but nothing more is handed over. */
  #hasFailed = false;
  /** The handling of frames that a pause has ended. */
  #paused?: Promise<void>;

  constructor(decoder: Decoder, handler: FrameHandler) {
    this.#decoder = decoder;
    this.#handler = handler;
    this.done = this.#outcome.promise;
  }

  take = (bytes: Uint8Array): Promise<void> | void => {
    if (this.#hasFailed) return;
    if (this.#paused) return this.#paused.then(() => this.take(bytes));
    const decoder = this.#decoder;
    const fedAt = decoder.nextTimeout && this.#handler.clock?.now();
    this.#hasLooked = false;
    decoder.feed(bytes, fedAt);
    const working = this.#handOver();
    if (!working) return this.#readOn(fedAt);
    this.#stopTimer();
    return working.then(() => this.#readOn(fedAt));
  };

  /** The stream is at its end. */
  end = async (): Promise<void> => {
    try {
      await this.#paused;
      this.#stopTimer();
      if (this.#hasFailed) return;
      if (!this.#handler.dropsUnfinished?.()) {
        this.#decoder.end();
        await this.#handOver();
      }
      this.#outcome.resolve();
    } catch (error) {
      this.#fail(error);
    }
  };

  /** The source has failed: what a pause has ended is still worked on. */
  fail = async (error: unknown): Promise<void> => {
    this.#sourceFailure = { error };
    await this.#paused?.catch(() => {});
    this.#fail(error);
  };

  #fail(error: unknown): void {
    this.#hasFailed = true;
    this.#stopTimer();
    this.#outcome.reject(this.#sourceFailure ? this.#sourceFailure.error : error);
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** The next read may come. What came while this one was worked through is there already, and no pause. */
  #readOn(fedAt: number | undefined): void {
    if (fedAt === undefined) return;
    this.#worked = this.#handler.clock!.now() - fedAt;
    this.#awaitPause();
  }

  // One timer that looks again, and not one for every read: a line may come a byte at a time.
  #awaitPause(): void {
    const { clock } = this.#handler;
    if (!clock || !this.#decoder.nextTimeout) return;
    const due = this.#pauseDue();
    // The rest of a character was given more time than what comes after it.
    if (due === undefined || this.#timer && this.#looksAt <= due) return;
    this.#stopTimer();
    this.#looksAt = due;
    this.#timer = clock.after(Math.max(0, due - clock.now()), () => this.#onPause());
  }

  /** When a pause ends the message that has begun, in ms of the clock; `undefined` if none does. */
  #pauseDue(): number | undefined {
    const due = this.#handler.waitsForEnd?.() ? undefined : this.#decoder.nextTimeout?.();
    return due && due + this.#worked;
  }

  #onPause(): void {
    this.#timer = undefined;
    try {
      const now = this.#handler.clock!.now();
      const due = this.#pauseDue();
      if (due === undefined || due > now) return this.#awaitPause();
      if (now - due > LATE && !this.#hasLooked) {
        // The thread was busy elsewhere: what is there is read before the pause counts.
        this.#hasLooked = true;
        this.#timer = this.#handler.clock!.after(1, () => this.#onPause());
        return;
      }
      this.#decoder.timeout?.(now);
      const working = this.#handOver();
      if (!working) return this.#awaitPause();
      this.#paused = working.then(() => {
        this.#paused = undefined;
        this.#awaitPause();
      });
      this.#paused.catch((error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Hands over what the decoder has; gives a promise only where the handler made it wait. */
  #handOver(): Promise<void> | undefined {
    this.#hasMore = true;
    const waiting = this.#goOn();
    return waiting && this.#goOnAfter(waiting);
  }

  async #goOnAfter(waiting: Promise<void>): Promise<void> {
    for (let next: Promise<void> | undefined = waiting; next; next = this.#goOn()) await next;
  }

  /** Goes on until there is something to wait for; undefined once all is handed over. */
  #goOn(): Promise<void> | undefined {
    while (this.#hasMore) {
      const waiting = this.#takeFrames() ?? this.#handler.onBatch?.();
      if (waiting) return waiting;
    }
    if (this.#failure) throw this.#failure;
    return undefined;
  }

  #takeFrames(): Promise<void> | undefined {
    const handler = this.#handler;
    for (;;) {
      let frame: Uint8Array | undefined;
      try {
        frame = this.#decoder.next();
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        if (!error.recoverable) {
          this.#failure = error;
          break;
        }
        if (handler.onError?.(error) === true) return undefined;
        continue;
      }
      if (frame === undefined) break;
      const outcome = handler.onFrame(frame);
      if (outcome === true) return undefined;
      if (outcome) return outcome;
    }
    this.#hasMore = false;
    return undefined;
  }
}
