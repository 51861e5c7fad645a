import { ByteBuffer } from "../../framing/mod.ts";
import type { Connection } from "../../net/mod.ts";
import { HEADER, putHeader } from "./frame.ts";
import type { Credit, Window } from "./window.ts";

/**
 * Sends `bytes` from `at` on as frames of a stream, as its credit allows. Nothing is copied: each header is written right
 * before its part, over the {@linkcode HEADER} bytes left free for it, or over what has been sent. Gives false if the
 * credit was closed.
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
    const writing = connection.write(bytes.subarray(at - HEADER, at + count));
    if (writing) await writing;
    at += count;
  }
  return true;
}

/** Sends a frame that nobody waits for. If it can't be written, the end of the connection tells. */
export function post(connection: Connection, frame: Uint8Array): void {
  connection.write(frame)?.catch(() => {});
}

/** Hands what comes on a stream to its consumer: in order, and never holding more than the window allows. */
export class Inflow {
  #window: Window;
  #sink: (bytes: Uint8Array<ArrayBuffer>) => Promise<void> | void;
  #grant: (count: number) => void;
  /** What comes while the consumer takes `#going`. */
  #coming = new ByteBuffer();
  #going = new ByteBuffer();
  #working?: Promise<void>;
  #isClosed = false;

  /**
   * @param window may be shared with others
   * @param sink takes bytes, which are good until its promise is fulfilled; it must not throw
   * @param grant tells the other end that it may send that many bytes more
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

  /** Done when all that has come is taken. */
  async drained(): Promise<void> {
    await this.#working;
  }

  /** Drops what waits, and what comes from now on. */
  close(): void {
    this.#isClosed = true;
  }

  async #work(): Promise<void> {
    // What came in the same read is handed over in one piece.
    await undefined;
    while (this.#coming.length && !this.#isClosed) {
      [this.#coming, this.#going] = [this.#going, this.#coming];
      const going = this.#going.bytes();
      await this.#sink(going);
      const count = this.#window.give(going.length);
      // The window bounds its memory, which is needed again.
      this.#going.clear(Infinity);
      if (count && !this.#isClosed) this.#grant(count);
    }
    this.#working = undefined;
  }
}
