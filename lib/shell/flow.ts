import { ByteBuffer } from "../framing/mod.ts";
import type { Connection } from "../net/mod.ts";
import { HEADER, putHeader } from "./protocol.ts";
import type { Credit, Window } from "./window.ts";

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
  #sink: (bytes: Uint8Array<ArrayBuffer>) => Promise<void> | void;
  #grant: (count: number) => void;
  /** What came while the other of the two is worked off. */
  #coming = new ByteBuffer();
  #going = new ByteBuffer();
  #working?: Promise<void>;
  #isClosed = false;

  /**
   * @param window may be shared with others
   * @param sink takes bytes, which are good until it is done and can take more; it must not throw
   * @param grant tells the other end that it may send so many more
   */
  constructor(
    window: Window,
    sink: (bytes: Uint8Array<ArrayBuffer>) => Promise<void> | void,
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
    this.#coming.append(bytes);
    this.#working ??= this.#work();
  }

  /** Done when all that has come is where it belongs. */
  async drained(): Promise<void> {
    await this.#working;
  }

  /** What comes from now on, and what waits, is for nobody. */
  close(): void {
    this.#isClosed = true;
  }

  async #work(): Promise<void> {
    // What comes in the same read goes on in one piece.
    await undefined;
    while (this.#coming.length && !this.#isClosed) {
      [this.#coming, this.#going] = [this.#going, this.#coming];
      const going = this.#going.bytes();
      await this.#sink(going);
      const count = this.#window.give(going.length);
      // Its memory is bounded by the window, and is wanted again.
      this.#going.clear(Infinity);
      if (count && !this.#isClosed) this.#grant(count);
    }
    this.#working = undefined;
  }
}
