import { PinwireError } from "../../errors.ts";
import { fileTrouble, type Reporter, writeThrough } from "../../app/mod.ts";
import type { HistoryEntry } from "../protocol.ts";
import { printEntries, readLines } from "./history_lines.ts";

/** At so many lines the file is written anew with only those that are still remembered. */
const MOST_LINES = 10_000;

/**
 * Keeps what was said over a restart: a file of JSON lines, each an {@linkcode HistoryEntry}. What a crash may have left
 * between whole ones is passed over, and kept in a file of its own when this one is written anew.
 */
export class HistoryFile {
  #path: string;
  #reporter: Reporter;
  #remembered: () => HistoryEntry[];
  #queue: HistoryEntry[] = [];
  #lines = 0;
  #mostLines = MOST_LINES;
  #writing?: Promise<void>;
  #isFailing = false;
  /** All bytes of a file that holds damaged lines, and their numbers. */
  #damage?: { bytes: Uint8Array; lines: number[] };

  /** @param remembered gives what is kept when the file has grown too long */
  constructor(path: string, reporter: Reporter, remembered: () => HistoryEntry[]) {
    this.#path = path;
    this.#reporter = reporter;
    this.#remembered = remembered;
  }

  /**
   * Reads what the file holds, oldest first.
   *
   * @throws {PinwireError} `history_file`
   */
  async read(): Promise<HistoryEntry[]> {
    const bytes = await this.#readBytes();
    const { entries, damaged, isTorn } = readLines(bytes);
    if (damaged.length && !entries.length && !isTorn) throw foreign(this.#path, damaged[0]);
    this.#damage = damaged.length ? { bytes, lines: damaged } : undefined;
    return entries;
  }

  async #readBytes(): Promise<Uint8Array> {
    try {
      const { isFile } = await Deno.stat(this.#path);
      if (!isFile) throw new Error("it is no regular file");
      this.#path = await Deno.realPath(this.#path);
      return await Deno.readFile(this.#path);
    } catch (error) {
      // A broken symbolic link is an error: the rename would replace it by a file.
      const isLink = await Deno.lstat(this.#path).then(() => true, () => false);
      if (error instanceof Deno.errors.NotFound && !isLink) return new Uint8Array();
      throw unusable(this.#path, "read", error);
    }
  }

  /**
   * Writes the file anew, with only what is remembered. One with damaged lines is kept before, beside it as
   * `FILE.damaged`.
   *
   * @returns what was passed over, if something was
   * @throws {PinwireError} `history_file`
   */
  async rewrite(): Promise<PinwireError | undefined> {
    const entries = this.#remembered();
    this.#lines = entries.length;
    this.#mostLines = Math.max(MOST_LINES, 2 * entries.length);
    let fresh: string | undefined;
    try {
      const passedOver = await this.#keepDamaged();
      const [, dir = "."] = this.#path.match(/^(.*)[/\\]/) ?? [];
      fresh = await Deno.makeTempFile({ dir, prefix: ".pinwire-chat-" });
      await writeThrough(fresh, printEntries(entries));
      await Deno.rename(fresh, this.#path);
      return passedOver;
    } catch (error) {
      if (fresh) await Deno.remove(fresh).catch(() => {});
      throw unusable(this.#path, "written", error);
    }
  }

  async #keepDamaged(): Promise<PinwireError | undefined> {
    if (!this.#damage) return undefined;
    const { bytes, lines } = this.#damage;
    for (let number = 1;; number++) {
      const kept = `${this.#path}.damaged${number > 1 ? `-${number}` : ""}`;
      try {
        await Deno.writeFile(kept, bytes, { createNew: true, mode: 0o600 });
      } catch (error) {
        // What an earlier crash left is kept too.
        if (error instanceof Deno.errors.AlreadyExists) continue;
        await Deno.remove(kept).catch(() => {});
        throw error;
      }
      this.#damage = undefined;
      return passedOver(this.#path, lines, kept);
    }
  }

  /** Appends a line in the background. */
  add(entry: HistoryEntry): void {
    // The disk is too slow. The next write is a rewrite, with what is still remembered of all this.
    if (this.#queue.length >= MOST_LINES) {
      this.#queue = [];
      this.#isFailing = true;
    }
    this.#queue.push(entry);
    this.#writing ??= this.#writeAll();
  }

  /** Done when everything is written, or can't be written. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  /** Nothing more is added: what could not be written is tried once more, and told of. */
  async end(): Promise<void> {
    await this.flushed();
    if (this.#isFailing) await this.rewrite().catch((error) => this.#reporter.error(error));
  }

  async #writeAll(): Promise<void> {
    // What is said in one turn of the event loop goes into one write.
    await undefined;
    while (this.#queue.length) {
      const entries = this.#queue;
      this.#queue = [];
      try {
        await this.#append(entries);
        this.#isFailing = false;
      } catch (error) {
        // A full disk is reported once.
        if (!this.#isFailing) this.#reporter.error(unusable(this.#path, "written", error));
        this.#isFailing = true;
      }
    }
    this.#writing = undefined;
  }

  async #append(entries: HistoryEntry[]): Promise<void> {
    this.#lines += entries.length;
    // After a failure the last line may be torn, and lines are missing.
    if (this.#isFailing || this.#lines > this.#mostLines) await this.rewrite();
    else await Deno.writeTextFile(this.#path, printEntries(entries), { append: true, mode: 0o600 });
  }
}

const foreign = (path: string, line: number) =>
  new PinwireError("history_file", `${path} is no history of a chat (line ${line})`, {
    hint: "name another file with --history-file",
  });

/** @param kept the file that has all of it */
function passedOver(path: string, [first, ...others]: number[], kept: string): PinwireError {
  const what = others.length
    ? `${others.length + 1} damaged lines, the first is line ${first}`
    : `line ${first}, it is damaged`;
  return new PinwireError("history_damaged", `${path}: passed over ${what}`, {
    hint: `the file as it was is kept as ${kept}`,
  });
}

function unusable(path: string, done: "read" | "written", error: unknown): unknown {
  if (error instanceof PinwireError || error instanceof Deno.errors.NotCapable) return error;
  const why = fileTrouble(error, done === "read" ? "it is a link to nowhere" : undefined);
  return new PinwireError("history_file", `the history file ${path} can't be ${done} (${why})`, {
    hint: "check its folder and its rights, or name another with --history-file",
    cause: error,
  });
}
