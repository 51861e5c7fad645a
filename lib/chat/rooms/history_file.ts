import { messageOf, PinwireError } from "../../errors.ts";
import type { Reporter } from "../../app/mod.ts";
import { visible } from "../../text/mod.ts";
import { type HistoryEntry, parseName } from "../protocol.ts";

/** At so many lines the file is written anew with only those that are still remembered. */
const MOST_LINES = 10_000;

/**
 * Keeps what was said over a restart: a file of JSON lines, each an {@linkcode HistoryEntry}. A crash may have torn the
 * last line: then it is ignored.
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
    const text = await this.#readText();
    const lines = text.split("\n").filter((line) => line !== "");
    const isTorn = (i: number) =>
      i === lines.length - 1 && !text.endsWith("\n") && lines[i].startsWith("{") && !isJson(lines[i]);
    const entries: HistoryEntry[] = [];
    for (const [i, line] of lines.entries()) {
      const entry = parseEntry(line);
      if (entry) entries.push(entry);
      else if (!isTorn(i)) throw foreign(this.#path, i + 1);
    }
    return entries;
  }

  async #readText(): Promise<string> {
    try {
      const { isFile } = await Deno.stat(this.#path);
      if (!isFile) throw new Error("it is no regular file");
      this.#path = await Deno.realPath(this.#path);
      return await Deno.readTextFile(this.#path);
    } catch (error) {
      // A broken symbolic link is an error: the rename would replace it by a file.
      const isLink = await Deno.lstat(this.#path).then(() => true, () => false);
      if (error instanceof Deno.errors.NotFound && !isLink) return "";
      throw unusable(this.#path, "read", error);
    }
  }

  /**
   * Writes the file anew, with only what is remembered.
   *
   * @throws {PinwireError} `history_file`
   */
  async rewrite(): Promise<void> {
    const entries = this.#remembered();
    this.#lines = entries.length;
    this.#mostLines = Math.max(MOST_LINES, 2 * entries.length);
    let fresh: string | undefined;
    try {
      const [, dir = "."] = this.#path.match(/^(.*)[/\\]/) ?? [];
      fresh = await Deno.makeTempFile({ dir, prefix: ".pinwire-chat-" });
      await Deno.writeTextFile(fresh, printEntries(entries));
      await Deno.rename(fresh, this.#path);
    } catch (error) {
      if (fresh) await Deno.remove(fresh).catch(() => {});
      throw unusable(this.#path, "written", error);
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
    if (this.#isFailing || this.#lines > this.#mostLines) return await this.rewrite();
    await Deno.writeTextFile(this.#path, printEntries(entries), { append: true, mode: 0o600 });
  }
}

const foreign = (path: string, line: number) =>
  new PinwireError("history_file", `${path} is no history of a chat (line ${line})`, {
    hint: "name another file with --history-file",
  });

const printEntries = (entries: HistoryEntry[]) =>
  entries.map((entry) => JSON.stringify(entry) + "\n").join("");

function parseEntry(line: string): HistoryEntry | undefined {
  try {
    const { time, room, nick, text, isAction, log, line: number } = JSON.parse(line);
    const isEntry = typeof text === "string" && typeof log === "string" && typeof isAction === "boolean" &&
      Math.abs(time) <= LAST_DAY && Number.isSafeInteger(number);
    if (!isEntry) return undefined;
    // Somebody may have edited the file: names and texts are checked again.
    return {
      time,
      room: parseName(room),
      nick: parseName(nick),
      text: visible(text),
      isAction,
      log,
      line: number,
    };
  } catch {
    return undefined;
  }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** The last time that a Date can hold, in milliseconds (ECMA-262, section 21.4.1.1). */
const LAST_DAY = 8.64e15;

function unusable(path: string, done: "read" | "written", error: unknown): unknown {
  if (error instanceof PinwireError || error instanceof Deno.errors.NotCapable) return error;
  const why = messageOf(error);
  return new PinwireError("history_file", `the history file ${path} can't be ${done} (${why})`, {
    hint: "check its folder and its rights, or name another with --history-file",
    cause: error,
  });
}
