import { withTimeout } from "../../net/mod.ts";
import type { Source } from "./child.ts";
import { HEADER } from "../protocol.ts";

/** The first read may be so long; from the first that was filled on, the second. */
const FIRST = 4_096;
const LARGEST = 65_536;
/** After the process has gone, a pipe on which for so many ms nothing came is left to whoever holds it. */
const LINGER = 200;

/** No pipe holds more than so many bytes (pipe(7)): what comes then is of others, who may go on for ever. */
const MOST_LEFT = 1024 * 1024;

/**
 * Takes what was read: `bytes` from `at` on, with room for a header before it, good until the promise is done. It
 * gives false if no more is wanted.
 */
export type Deliver = (bytes: Uint8Array<ArrayBuffer>, at: number) => Promise<boolean>;

/** Reads one output of a process to its end and hands it over piece by piece, with one buffer for all. */
export class OutputPump {
  /** Done at the end; it never rejects. */
  readonly done: Promise<void>;
  #source: Source;
  #isDone = false;
  #isLingering = false;
  #left = MOST_LEFT;
  #readSince?: number;

  constructor(source: Source, deliver: Deliver) {
    this.#source = source;
    this.done = this.#run(deliver).finally(() => this.#isDone = true);
  }

  /** The process has gone. What it wrote is still read; what nothing comes on any more is given up. */
  async linger(): Promise<void> {
    const gone = performance.now();
    this.#isLingering = true;
    while (!this.#isDone) {
      const waits = performance.now() - Math.max(gone, this.#readSince ?? Infinity);
      if (waits >= LINGER) this.cancel();
      await withTimeout(LINGER / 4, this.done);
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
        this.#readSince = performance.now();
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
      // Whoever took it is not there any more.
    }
    this.cancel();
  }
}
