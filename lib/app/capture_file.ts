import { fileTrouble, type ReadPiece, stdinReads } from "./mod.ts";
import { PinwireError } from "../errors.ts";

/** Bytes that a read of a file gives at most. */
const READ_SIZE = 262_144;

/**
 * What is in a file, or in stdin for `-`, a read at a time; each has memory of its own.
 *
 * @throws {PinwireError} `file_unreadable`, `input_unreadable`
 */
export async function* readChunks(path: string): AsyncGenerator<Uint8Array, void, void> {
  if (path === "-") return yield* copies(stdinReads(READ_SIZE));
  try {
    using file = await Deno.open(path);
    const buffer = new Uint8Array(READ_SIZE);
    const read = async () => {
      const count = await file.read(buffer);
      return count === null ? undefined : buffer.subarray(0, count);
    };
    yield* copies(read);
  } catch (error) {
    // What the system says has a code of its own.
    if (error instanceof Deno.errors.NotCapable || !(error instanceof Error && "code" in error)) throw error;
    if (error instanceof PinwireError) throw error;
    throw new PinwireError("file_unreadable", `the file ${path} can't be read`, {
      hint: `${fileTrouble(error, "it is not there")}; check the path`,
      cause: error,
    });
  }
}

async function* copies(read: ReadPiece): AsyncGenerator<Uint8Array, void, void> {
  for (let piece; (piece = await read());) yield piece.slice();
}
