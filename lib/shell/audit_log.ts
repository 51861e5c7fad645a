import { fileTrouble } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import type { Clock } from "../net/mod.ts";
import { safeJson } from "../text/mod.ts";

/** A line of the audit log, without its time. */
export type AuditRecord =
  | { event: "exec"; peer: string; id: number; argv: readonly string[]; cwd: string; pty: boolean }
  | ExitRecord
  | { event: "refused"; peer: string; argv?: readonly string[]; reason: string; skipped?: number };

/** How a command ended, with the bytes that crossed the wire for it, and its duration in ms. */
export interface ExitRecord {
  event: "exit";
  peer: string;
  id: number;
  argv: readonly string[];
  code: number;
  signal: string | number | null;
  reason?: string;
  stdin: number;
  stdout: number;
  stderr: number;
  ms: number;
}

/** Bytes at the end of a log that are looked at when it is opened: earlier starts have looked at what is before. */
const LOOKED_AT = 1024 * 1024;
const LF = 0x0a;

/**
 * Who ran what, when, and how it ended: JSON lines, added to a file that only its owner can read. A line that a full
 * disk, a crash or a power cut has torn stays as it is, and what is added begins on a line of its own.
 */
export class AuditLog implements Disposable {
  #path: string;
  #file: Deno.FsFile;
  #clock: Clock;

  private constructor(path: string, file: Deno.FsFile, clock: Clock) {
    this.#path = path;
    this.#file = file;
    this.#clock = clock;
    this.damage = damageOf(file);
  }

  /** What of its end is no record, if anything is: `1 line of 12 bytes`. */
  readonly damage?: string;

  /** @throws {PinwireError} `log_unwritable`, also for a file that others made or may write */
  static open(path: string, clock: Clock): AuditLog {
    let file: Deno.FsFile | undefined;
    try {
      const link = statOf(path, Deno.lstatSync);
      // Opening a pipe would wait for its other end.
      if (link && !statOf(path, Deno.statSync)?.isFile) throw new Error("it is no regular file");
      if (link) checkOwner(link);
      file = Deno.openSync(path, { read: true, append: true, create: true, mode: 0o600 });
      checkOwner(file.statSync());
      return new AuditLog(path, file, clock);
    } catch (error) {
      file?.close();
      throw unwritable(path, error);
    }
  }

  /**
   * Writes a line at once: what can't be logged must not be done.
   *
   * @throws {PinwireError} `log_unwritable`
   */
  add(entry: AuditRecord): void {
    const { event, ...fields } = entry;
    const line = safeJson({ event, time: new Date(this.#clock.wall()).toISOString(), ...fields });
    try {
      const bytes = new TextEncoder().encode(`${isInsideLine(this.#file) ? "\n" : ""}${line}\n`);
      for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
    } catch (error) {
      throw unwritable(this.#path, error);
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Whether what is added now would go on with a line that has no end. */
function isInsideLine(file: Deno.FsFile): boolean {
  const last = new Uint8Array(1);
  if (file.statSync().size === 0) return false;
  file.seekSync(-1, Deno.SeekMode.End);
  return file.readSync(last) === 1 && last[0] !== LF;
}

function damageOf(file: Deno.FsFile): string | undefined {
  const { size } = file.statSync();
  const from = Math.max(0, size - LOOKED_AT);
  file.seekSync(from, Deno.SeekMode.Start);
  const bytes = readSome(file, size - from);
  let lines = 0;
  let count = 0;
  // Only whole lines count where the first one may be cut.
  let at = from ? bytes.indexOf(LF) + 1 : 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(LF, at);
    const line = bytes.subarray(at, end < 0 ? bytes.length : end);
    at += line.length + 1;
    if (!line.length || isRecord(line)) continue;
    lines++;
    count += line.length;
  }
  if (!lines) return undefined;
  return `${lines === 1 ? "1 line" : `${lines} lines`} of ${count === 1 ? "1 byte" : `${count} bytes`}`;
}

function readSome(file: Deno.FsFile, most: number): Uint8Array {
  const bytes = new Uint8Array(most);
  let length = 0;
  for (let count; (count = file.readSync(bytes.subarray(length)));) length += count;
  return bytes.subarray(0, length);
}

function isRecord(line: Uint8Array): boolean {
  try {
    return typeof JSON.parse(new TextDecoder().decode(line)).event === "string";
  } catch {
    return false;
  }
}

function statOf(path: string, stat: (path: string) => Deno.FileInfo): Deno.FileInfo | undefined {
  try {
    return stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

// The mode of a link says nothing.
function checkOwner({ uid, mode, isSymlink }: Deno.FileInfo): void {
  if (Deno.build.os === "windows") return;
  if (uid !== Deno.uid()) throw new Error("it is not yours");
  if (!isSymlink && mode !== null && (mode & 0o022) !== 0) throw new Error("others may write to it");
}

function unwritable(path: string, error: unknown): unknown {
  if (error instanceof Deno.errors.NotCapable) return error;
  return new PinwireError("log_unwritable", `the log ${path} can't be written (${fileTrouble(error)})`, {
    hint: "check its folder, its rights and the disk, or name another with --log",
    cause: error,
  });
}
