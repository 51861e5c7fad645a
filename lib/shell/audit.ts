import { PinwireError } from "../errors.ts";

/** What a line of the audit log tells besides the time. */
export type Entry =
  | { event: "exec"; peer: string; id: number; argv: readonly string[]; cwd: string; pty: boolean }
  | {
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
  | { event: "refused"; peer: string; argv?: readonly string[]; reason: string };

/** Who ran what, when, and how it ended: JSON lines at the end of a file that only its owner can read. */
export class AuditLog implements Disposable {
  #path: string;
  #file: Deno.FsFile;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /** @throws {PinwireError} `log_unwritable` */
  static open(path: string): AuditLog {
    try {
      // To open a pipe would wait for its other end.
      if (isThere(path) && !Deno.statSync(path).isFile) throw new Error("it is no regular file");
      return new AuditLog(path, Deno.openSync(path, { append: true, create: true, mode: 0o600 }));
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  /**
   * Writes a line, now: what can't be logged is not to be done.
   *
   * @throws {PinwireError} `log_unwritable`
   */
  add(entry: Entry): void {
    const { event, ...fields } = entry;
    const line = JSON.stringify({ event, time: new Date().toISOString(), ...fields });
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

function isThere(path: string): boolean {
  try {
    return Boolean(Deno.lstatSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function unwritable(path: string, error: unknown): unknown {
  if (error instanceof Deno.errors.NotCapable) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new PinwireError("log_unwritable", `the log ${path} can't be written (${why})`, {
    hint: "check its folder, its rights and the disk, or name another with --log",
    cause: error,
  });
}
