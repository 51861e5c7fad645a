import { messageOf, PinwireError } from "../errors.ts";
import { unwritable } from "../app/mod.ts";
import { sleep, systemClock } from "../net/mod.ts";

/** Bytes that one read of stdin may give. */
const READ_SIZE = 131_072;
/** Ms until stdin is tried again, if somebody who shares it has made it non-blocking (O_NONBLOCK of open(2)). */
const RETRY = 10;

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
      let written = await this.#writer.write(bytes);
      while (written < bytes.length) written += await this.#writer.write(bytes.subarray(written));
    } catch (error) {
      // Of a pipe that somebody has made non-blocking nobody knows how much it took: that is an error too.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw unwritable(error);
      this.isClosed = true;
      this.#onClosed();
    }
  }
}

/** Gives the next piece of something, or `undefined` at its end. */
export type ReadPiece = () => Promise<Uint8Array | undefined>;

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

/**
 * Stdin, a read at a time, in one buffer: a read's bytes are good until the next.
 *
 * @param size bytes that a read may give
 * @throws {PinwireError} by the promise: `input_unreadable`, such as for a folder
 */
export function stdinReads(
  size: number = READ_SIZE,
  stdin: Pick<typeof Deno.stdin, "read"> = Deno.stdin,
): ReadPiece {
  const buffer = new Uint8Array(size);
  return async () => {
    for (;;) {
      try {
        const count = await stdin.read(buffer);
        return count === null ? undefined : buffer.subarray(0, count);
      } catch (error) {
        if (!(error instanceof Deno.errors.WouldBlock)) throw unreadable(error);
        await sleep(RETRY, systemClock);
      }
    }
  };
}

const unreadable = (cause: unknown) =>
  new PinwireError("input_unreadable", `stdin can't be read (${messageOf(cause)})`, {
    hint: "give it a file, a pipe, or /dev/null for nothing",
    cause,
  });
