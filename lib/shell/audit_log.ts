import { messageOf, PinwireError } from "../errors.ts";
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

/** Who ran what, when, and how it ended: JSON lines, added to a file that only its owner can read. */
export class AuditLog implements Disposable {
  #path: string;
  #file: Deno.FsFile;
  #clock: Clock;

  private constructor(path: string, file: Deno.FsFile, clock: Clock) {
    this.#path = path;
    this.#file = file;
    this.#clock = clock;
  }

  /** @throws {PinwireError} `log_unwritable`, also for a file that others made or may write */
  static open(path: string, clock: Clock): AuditLog {
    let file: Deno.FsFile | undefined;
    try {
      const link = statOf(path, Deno.lstatSync);
      // Opening a pipe would wait for its other end.
      if (link && !statOf(path, Deno.statSync)?.isFile) throw new Error("it is no regular file");
      if (link) checkOwner(link);
      file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
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
    const bytes = new TextEncoder().encode(line + "\n");
    try {
      for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
    } catch (error) {
      throw unwritable(this.#path, error);
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
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
  const why = messageOf(error);
  return new PinwireError("log_unwritable", `the log ${path} can't be written (${why})`, {
    hint: "check its folder, its rights and the disk, or name another with --log",
    cause: error,
  });
}
