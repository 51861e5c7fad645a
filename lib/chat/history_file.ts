import { PinwireError } from "../errors.ts";
import type { Reporter } from "../net/mod.ts";
import type { Entry } from "./protocol.ts";

/** Lines behind which the file is written anew with those alone that are still remembered, if it helps. */
const MOST_LINES = 10_000;

/**
 * Keeps what was said over a restart: a file of JSON lines, each an {@linkcode Entry}. A line that is none, such as
 * the torn last one of a crash, is passed over.
 */
export class HistoryFile {
  #path: string;
  #reporter: Reporter;
  #remembered: () => Entry[];
  #queue: Entry[] = [];
  #lines = 0;
  #mostLines = MOST_LINES;
  #writing?: Promise<void>;
  #isFailing = false;

  /** @param remembered what is worth to be kept when the file has grown too long */
  constructor(path: string, reporter: Reporter, remembered: () => Entry[]) {
    this.#path = path;
    this.#reporter = reporter;
    this.#remembered = remembered;
  }

  /**
   * What the file holds, oldest first.
   *
   * @throws {PinwireError} `history_file`
   */
  async read(): Promise<Entry[]> {
    const entries: Entry[] = [];
    try {
      for (const line of (await Deno.readTextFile(this.#path)).split("\n")) {
        const entry = parseEntry(line);
        if (entry) entries.push(entry);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw unusable(this.#path, "read", error);
    }
    return entries;
  }

  /**
   * Writes the file anew with what is remembered.
   *
   * @throws {PinwireError} `history_file`
   */
  async rewrite(): Promise<void> {
    const entries = this.#remembered();
    this.#lines = entries.length;
    this.#mostLines = Math.max(MOST_LINES, 2 * entries.length);
    const fresh = `${this.#path}.new`;
    try {
      await Deno.remove(fresh).catch(() => {});
      await Deno.writeTextFile(fresh, printEntries(entries), { mode: 0o600, createNew: true });
      await Deno.rename(fresh, this.#path);
    } catch (error) {
      throw unusable(this.#path, "written", error);
    }
  }

  /** Adds a line, soon. */
  add(entry: Entry): void {
    this.#queue.push(entry);
    this.#writing ??= this.#writeAll();
  }

  /** Done when all is written, or can't be. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // What is said in the same turn is written at once.
    await undefined;
    while (this.#queue.length) {
      const entries = this.#queue;
      this.#queue = [];
      try {
        await this.#append(entries);
        this.#isFailing = false;
      } catch (error) {
        // A full disk is told of once.
        if (!this.#isFailing) this.#reporter.error(unusable(this.#path, "written", error));
        this.#isFailing = true;
      }
    }
    this.#writing = undefined;
  }

  async #append(entries: Entry[]): Promise<void> {
    this.#lines += entries.length;
    // After a failure the last line may be torn, and others are missing.
    if (this.#isFailing || this.#lines > this.#mostLines) return await this.rewrite();
    await Deno.writeTextFile(this.#path, printEntries(entries), { append: true, mode: 0o600 });
  }
}

const printEntries = (entries: Entry[]) => entries.map((entry) => JSON.stringify(entry) + "\n").join("");

function parseEntry(line: string): Entry | undefined {
  let entry;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { time, room, nick, text, isAction, log, line: number } = entry ?? {};
  const isEntry = [room, nick, text, log].every((field) => typeof field === "string") &&
    typeof time === "number" && typeof number === "number" && typeof isAction === "boolean";
  return isEntry ? { time, room, nick, text, isAction, log, line: number } : undefined;
}

function unusable(path: string, done: "read" | "written", error: unknown): unknown {
  if (error instanceof PinwireError || error instanceof Deno.errors.NotCapable) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new PinwireError("history_file", `the history file ${path} can't be ${done} (${why})`, {
    hint: "check its folder and its rights, or name another with --history-file",
    cause: error,
  });
}
