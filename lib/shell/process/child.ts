import { messageOf, PinwireError } from "../../errors.ts";
import type { TerminalSize } from "../wire/bodies.ts";

/** What to start: a program of this machine. */
export interface Program {
  /** A path, or a name to be looked up in PATH. */
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Variables besides our own. */
  readonly env: Readonly<Record<string, string>>;
}

/** One output of a process. */
export interface Source {
  /**
   * Reads some bytes, and gives a view of them in `into`'s memory, which may have moved to another ArrayBuffer
   * under the same offset; `undefined` at the end.
   */
  read(into: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Ends a pending read as at the end. */
  cancel(): void;
}

/** How a process ended: its exit code, or 128+n if signal n ended it. */
export interface Ending {
  readonly code: number;
  /** The signal's name; its number if it has none, as the real-time ones (signal(7)). */
  readonly signal: string | number | null;
}

/** A process that was started, the leader of a session and of a process group of its own. */
export interface Child {
  readonly pid: number;
  /** How it ended; it never rejects. */
  readonly status: Promise<Ending>;
  readonly stdout: Source;
  /** A terminal has none. */
  readonly stderr?: Source;
  /**
   * Writes to its stdin.
   *
   * @throws when the process doesn't read any more
   */
  write(bytes: Uint8Array): Promise<void>;
  endInput(): Promise<void>;
  /** Tells a terminal its size. */
  resize?(size: TerminalSize): void;
  /** Gives back what is held for it. */
  close(): void;
}

/** The exit code of a process whose end the system doesn't tell. */
const UNKNOWN = 255;

/** The path of a program that can be run: `name` itself if it has a slash, else the first one of that name in PATH. */
export function findProgram(name: string): string | undefined {
  const folders = name.includes("/")
    ? [""]
    : (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/`);
  // What a relative entry of PATH names depends on where a command begins.
  const paths = folders.map((folder) => folder + name).filter((path) =>
    name.includes("/") || path.startsWith("/")
  );
  return paths.find((path) => {
    try {
      const { isFile, mode } = Deno.statSync(path);
      return isFile && mode !== null && (mode & 0o111) !== 0;
    } catch {
      return false;
    }
  });
}

/**
 * Starts a program with pipes.
 *
 * @throws {PinwireError} `not_run`, `no_folder`
 */
export function startPiped(program: Program): Child {
  const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = spawn(program, pipes);
  const stdin = child.stdin.getWriter();
  // The write itself rejects too.
  stdin.closed.catch(() => {});
  return {
    pid: child.pid,
    status: endingOf(child),
    stdout: new PipeSource(child.stdout),
    stderr: new PipeSource(child.stderr),
    write: (bytes) => stdin.write(bytes),
    endInput: () => stdin.close(),
    close: () => void stdin.abort().catch(() => {}),
  };
}

/**
 * Starts a process, detached: it leads a session and a group.
 *
 * @throws {PinwireError} `not_run`, `no_folder`
 */
export function spawn(
  { file, args, cwd, env }: Program,
  stdio: Pick<Deno.CommandOptions, "stdin" | "stdout" | "stderr">,
): Deno.ChildProcess {
  try {
    return new Deno.Command(file, { args: [...args], cwd, env: { ...env }, detached: true, ...stdio })
      .spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw notRun(file, cwd, error);
  }
}

/** How a process ended; it never rejects, as the runtime's own promise does at a signal that it has no name for. */
export async function endingOf({ status }: Deno.ChildProcess): Promise<Ending> {
  try {
    const { code, signal } = await status;
    return { code, signal };
  } catch (error) {
    const [, number] = messageOf(error).match(/signal: (\d+)$/) ?? [];
    return number === undefined
      ? { code: UNKNOWN, signal: null }
      : { code: 128 + Number(number), signal: Number(number) };
  }
}

// A missing folder and a missing program have the same class.
function notRun(file: string, cwd: string, error: unknown): PinwireError {
  const message = messageOf(error);
  const make = (what: string, hint: string) => new PinwireError("not_run", what, { hint, cause: error });
  if (/cwd/i.test(message)) {
    return new PinwireError("no_folder", `the folder ${cwd} is not there`, { hint: "begin in another" });
  }
  if (error instanceof Deno.errors.NotFound) return make(`${file} is not installed`, "check its name");
  if (error instanceof Deno.errors.PermissionDenied) {
    return make(`${file} may not be run in ${cwd}`, "check the rights of both");
  }
  return make(`${file} can't be run (${message})`, "check the command");
}

class PipeSource implements Source {
  #reader: ReadableStreamBYOBReader;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader({ mode: "byob" });
  }

  async read(into: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { value, done } = await this.#reader.read(into);
    return done ? undefined : value;
  }

  cancel(): void {
    this.#reader.cancel().catch(() => {});
  }
}
