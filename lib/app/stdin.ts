import { messageOf, PinwireError } from "../errors.ts";
import { shareThread } from "../net/mod.ts";
import { whenReady } from "./output.ts";

/** Bytes that one read of stdin may give. */
const READ_SIZE = 131_072;

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
  stdin: Pick<typeof Deno.stdin, "read"> = Deno.stdin,
): ReadPiece {
  const buffer = new Uint8Array(size);
  return async () => {
    using _sharing = shareThread();
    try {
      const count = await whenReady(() => stdin.read(buffer));
      return count === null ? undefined : buffer.subarray(0, count);
    } catch (error) {
      throw unreadable(error);
    }
  };
}

const unreadable = (cause: unknown) =>
  new PinwireError("input_unreadable", `stdin can't be read (${messageOf(cause)})`, {
    hint: "give it a file, a pipe, or /dev/null for nothing",
    cause,
  });
