import { type Clock, withTimeout } from "../../net/mod.ts";
import { HEADER } from "../wire/frame.ts";
import type { Source } from "./child.ts";

/** Bytes of the first reads. */
const FIRST = 4_096;
/**
 * Bytes of the reads after one that filled its buffer: one more than a pipe holds (pipe(7)), be its 16 pages of 16 KiB as on
 * a Raspberry Pi 5. After a read that is full the runtime takes it that there is more, and as long as one pipe always has
 * more it looks at others once in 61 turns only.
 */
const LARGEST = 262_145;
/** Silence in ms after which a pipe is given up whose process has gone: another process holds it open. */
const LINGER = 200;

/** More bytes than any pipe holds (pipe(7)): what comes after them is from other processes, which may never end. */
const MOST_LEFT = 1024 * 1024;

/**
 * Takes what was read: `bytes` from `at` on, with room for a header before it, good until the promise is fulfilled. It
 * gives false if no more is wanted.
 */
export type Deliver = (bytes: Uint8Array<ArrayBuffer>, at: number) => Promise<boolean>;

/** Reads one output of a process to its end and hands it over piece by piece, with one buffer for all. */
export class OutputPump {
  /** Done at the end; it never rejects. */
  readonly done: Promise<void>;
  #source: Source;
  #clock: Clock;
  #isDone = false;
  #isLingering = false;
  #left = MOST_LEFT;
  #readSince?: number;

  constructor(source: Source, clock: Clock, deliver: Deliver) {
    this.#source = source;
    this.#clock = clock;
    this.done = this.#run(deliver).finally(() => this.#isDone = true);
  }

  /** The process has gone. What it wrote is still read; a pipe on which nothing comes any more is given up. */
  async linger(): Promise<void> {
    const gone = this.#clock.now();
    this.#isLingering = true;
    while (!this.#isDone) {
      const waits = this.#clock.now() - Math.max(gone, this.#readSince ?? Infinity);
      if (waits >= LINGER) this.cancel();
      await withTimeout(LINGER / 4, this.done, this.#clock);
    }
  }

  /** Reads no more. */
  cancel(): void {
    this.#source.cancel();
  }

  async #run(deliver: Deliver): Promise<void> {
    let bytes = new Uint8Array(HEADER + FIRST);
    try {
      for (;;) {
        this.#readSince = this.#clock.now();
        const got = await this.#source.read(bytes.subarray(HEADER));
        this.#readSince = undefined;
        if (!got) return;
        if (this.#isLingering && (this.#left -= got.length) < 0) break;
        if (!await deliver(new Uint8Array(got.buffer, 0, HEADER + got.length), HEADER)) break;
        const isFull = HEADER + got.length === got.buffer.byteLength;
        bytes = isFull && got.length < LARGEST
          ? new Uint8Array(HEADER + LARGEST)
          : new Uint8Array(got.buffer);
      }
    } catch {
      // Its taker has gone, or the source failed.
    }
    this.cancel();
  }
}
