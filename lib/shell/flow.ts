import type { Connection } from "../net/mod.ts";
import { type Credit, HEADER, putHeader, type Window } from "./protocol.ts";

/**
 * Sends `bytes` from `at` on as frames of a stream, as its credit allows, in place: each header goes right before its
 * part, over room left for it and over what has been sent already. Gives false if the credit was closed.
 */
export async function sendParts(
  connection: Connection,
  credit: Credit,
  type: number,
  stream: number,
  bytes: Uint8Array,
  at: number,
): Promise<boolean> {
  while (at < bytes.length) {
    const count = await credit.take(bytes.length - at);
    if (!count) return false;
    putHeader(bytes, at - HEADER, type, stream, count);
    await connection.write(bytes.subarray(at - HEADER, at + count));
    at += count;
  }
  return true;
}

/** What comes on a stream, on its way to where it is wanted: in order, and never more than its window holds. */
export class Inflow {
  #window: Window;
  #sink: (bytes: Uint8Array) => Promise<void> | void;
  #grant: (count: number) => void;
  #queue: Uint8Array[] = [];
  #working?: Promise<void>;
  #isClosed = false;

  /**
   * @param window may be shared with others
   * @param sink takes the bytes, and is done when it can take more; it must not throw
   * @param grant tells the other end that it may send so many more
   */
  constructor(
    window: Window,
    sink: (bytes: Uint8Array) => Promise<void> | void,
    grant: (count: number) => void,
  ) {
    this.#window = window;
    this.#sink = sink;
    this.#grant = grant;
  }

  /**
   * Takes a copy of `bytes`.
   *
   * @throws {PinwireError} `bad_frame` if they are more than the window allows
   */
  put(bytes: Uint8Array): void {
    this.#window.take(bytes.length);
    if (this.#isClosed || !bytes.length) return;
    this.#queue.push(bytes.slice());
    this.#working ??= this.#work();
  }

  /** Done when all that has come is where it belongs. */
  async drained(): Promise<void> {
    await this.#working;
  }

  /** What comes from now on, and what waits, is for nobody. */
  close(): void {
    this.#isClosed = true;
    this.#queue = [];
  }

  async #work(): Promise<void> {
    for (let bytes = this.#queue.shift(); bytes; bytes = this.#queue.shift()) {
      await this.#sink(bytes);
      const count = this.#window.give(bytes.length);
      if (count && !this.#isClosed) this.#grant(count);
    }
    this.#working = undefined;
  }
}
