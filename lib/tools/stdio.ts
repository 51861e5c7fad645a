import { type ReadPiece, unwritable, writeAll } from "../app/mod.ts";

/** Bytes to stdout as they are. Nothing is decoded, kept back or dropped: whoever writes waits for a slow reader. */
export class ExactOutput {
  /** Whether nobody reads it any more. */
  isClosed = false;
  #onClosed: () => void;
  #writer: Pick<typeof Deno.stdout, "write">;

  /** @param onClosed told once when the reader has gone, as with `| head -1`; what is written then is nobody's loss */
  constructor(onClosed: () => void, writer: Pick<typeof Deno.stdout, "write"> = Deno.stdout) {
    this.#onClosed = onClosed;
    this.#writer = writer;
  }

  /**
   * Done once all of `bytes` is written; until then they must not change.
   *
   * @throws {PinwireError} `output_unwritable`, such as at a full disk
   */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.isClosed) return;
    try {
      await writeAll(this.#writer, bytes);
    } catch (error) {
      // Of a pipe that somebody has made non-blocking nobody knows how much it took: that is an error too.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw unwritable(error);
      this.isClosed = true;
      this.#onClosed();
    }
  }
}

/**
 * What is to be sent, piece by piece. A read of stdin can't be cancelled: a piece that was asked for and not taken is
 * there for the next peer.
 */
export class Source {
  #read: ReadPiece;
  #piece?: Promise<Uint8Array | undefined>;

  /** @param read is called by the first `peek`, and by the first after a `take`: a piece is good until then */
  constructor(read: ReadPiece) {
    this.#read = read;
  }

  /** The next piece, the same until it is taken; `undefined` at the end. */
  peek(): Promise<Uint8Array | undefined> {
    return this.#piece ??= this.#read();
  }

  /** Takes the piece that `peek` gave: the next `peek` asks for another. */
  take(): void {
    this.#piece = undefined;
  }
}
