import { PinwireError } from "../errors.ts";
import { safeJson } from "../text/mod.ts";

/** What a line of the audit log tells besides the time. */
export type AuditRecord =
  | { event: "exec"; peer: string; id: number; argv: readonly string[]; cwd: string; pty: boolean }
  | ExitRecord
  | { event: "refused"; peer: string; argv?: readonly string[]; reason: string; skipped?: number };

/** How a command ended, and the bytes that crossed the wire for it. */
export interface ExitRecord {
  event: "exit";
  peer: string;
  id: number;
  argv: readonly string[];
  code: number;
  signal: string | null;
  reason?: string;
  stdin: number;
  stdout: number;
  stderr: number;
  ms: number;
}

/** Who ran what, when, and how it ended: JSON lines at the end of a file that only its owner can read. */
export class AuditLog implements Disposable {
  #path: string;
  #file: Deno.FsFile;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /** @throws {PinwireError} `log_unwritable`, also for a file that others made or may write */
  static open(path: string): AuditLog {
    let file: Deno.FsFile | undefined;
    try {
      const link = statOf(path, Deno.lstatSync);
      // To open a pipe would wait for its other end.
      if (link && !statOf(path, Deno.statSync)?.isFile) throw new Error("it is no regular file");
      if (link) checkOwner(link);
      file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
      checkOwner(file.statSync());
      return new AuditLog(path, file);
    } catch (error) {
      file?.close();
      throw unwritable(path, error);
    }
  }

  /**
   * Writes a line, now: what can't be logged is not to be done.
   *
   * @throws {PinwireError} `log_unwritable`
   */
  add(entry: AuditRecord): void {
    const { event, ...fields } = entry;
    const line = safeJson({ event, time: new Date().toISOString(), ...fields });
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

// The rights of a link say nothing.
function checkOwner({ uid, mode, isSymlink }: Deno.FileInfo): void {
  if (Deno.build.os === "windows") return;
  if (uid !== Deno.uid()) throw new Error("it is not yours");
  if (!isSymlink && mode !== null && (mode & 0o022) !== 0) throw new Error("others may write to it");
}

function unwritable(path: string, error: unknown): unknown {
  if (error instanceof Deno.errors.NotCapable) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new PinwireError("log_unwritable", `the log ${path} can't be written (${why})`, {
    hint: "check its folder, its rights and the disk, or name another with --log",
    cause: error,
  });
}
