import { messageOf, PinwireError } from "../errors.ts";
import { PipeInput, shareThread, sleep, systemClock } from "../net/mod.ts";

/** Bytes that one read of stdin may give. */
const READ_SIZE = 131_072;
/** Ms until stdin is tried again, if somebody who shares it has made it non-blocking (O_NONBLOCK of open(2)). */
const RETRY = 10;

/** Ms of work on one read after which the next one waits for a moment. */
const LONGEST_WORK = 4;

/** What reads as `Deno.stdin` does. */
type Reader = Pick<typeof Deno.stdin, "read">;

/** Stdin as a pipe of which the poller tells, if it is one; `null` until it was looked at. */
let pipe: PipeInput | undefined | null = null;

/** When the last read was through, in ms of the clock. */
let readAt = Infinity;

/** Stdin. The runtime has a thread for each read, which takes longer than the read of a line. */
export const standardInput: Reader = {
  async read(buffer) {
    pipe = pipe === null ? PipeInput.open(0) : pipe;
    // Meanwhile the runtime looks after all else: a pipe that is always full would leave it no time for that.
    if (pipe && systemClock.now() - readAt > LONGEST_WORK) await sleep(0, systemClock);
    const count = await pipe?.read(buffer as Uint8Array<ArrayBuffer>);
    readAt = systemClock.now();
    if (count !== undefined) return count;
    pipe = undefined;
    using _sharing = shareThread();
    return await Deno.stdin.read(buffer);
  },
};

/** Gives the next piece of something, or `undefined` at its end. */
export type ReadPiece = () => Promise<Uint8Array | undefined>;

/**
 * Stdin, a read at a time, in one buffer: a read's bytes are good until the next.
 *
 * @param size bytes that a read may give
 * @throws {PinwireError} by the promise: `input_unreadable`, such as for a folder
 */
export function stdinReads(
  size: number = READ_SIZE,
  stdin: Reader = standardInput,
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

/** Text was wanted of stdin, and it isn't UTF-8. */
export const notUtf8 = (hint: string) =>
  new PinwireError("input_unreadable", "stdin is not UTF-8", {
    hint: `${hint}convert it first, as in iconv -f gbk -t utf-8`,
  });

const unreadable = (cause: unknown) =>
  new PinwireError("input_unreadable", `stdin can't be read (${messageOf(cause)})`, {
    hint: "give it a file, a pipe, or /dev/null for nothing",
    cause,
  });
