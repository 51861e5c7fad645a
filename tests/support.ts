import { fail } from "@std/assert";

/** The program under test. */
export const MAIN = `${import.meta.dirname}/../main.ts`;

/** A process that is still there after so many ms is killed, and whoever waits on it is told why. */
const DEADLINE = 10_000;

/** One line of `--json` output. */
export interface Event {
  event: string;
  time: string;
  address?: string;
  peer?: string;
  reason?: string;
  text?: string;
  bytes?: number;
  hex?: string;
  message?: string;
  hint?: string;
}

export interface ProcessOptions {
  /** All of stdin, which then ends. Without it stdin stays open for `write` and `end`. */
  stdin?: string | Uint8Array;
  env?: Record<string, string>;
  cwd?: string;
}

/** What a process left behind. */
export interface Outcome {
  /** 128+n after a signal. */
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * A child process whose output is read as it comes, so that a test can wait for a piece of it instead of for a
 * clock. Disposing of it kills it and leaves no pipe open.
 */
export class Process {
  /** Everything printed up to now. */
  stdout = "";
  stderr = "";
  /** The `--json` events that came and that `next` has not handed out. */
  readonly events: Event[] = [];
  /** Resolves when the process has ended and all its output is here. */
  readonly status: Promise<Deno.CommandStatus>;
  /** Where a server listens, as it says itself. */
  address = "";

  readonly #title: string;
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  #late = false;
  #changed = Promise.withResolvers<void>();
  /** How much of stdout `line` has handed out. */
  #taken = 0;

  constructor(command: string, args: string[], { stdin, env, cwd }: ProcessOptions = {}) {
    this.#title = [command, ...args].join(" ");
    const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
    this.#child = new Deno.Command(command, { args, env, cwd, ...pipes }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    AbortSignal.timeout(DEADLINE).addEventListener("abort", () => this.#late = this.#end());
    this.status = this.#run();
    if (stdin !== undefined) {
      // A process that doesn't want its input says so by its exit code, not by our broken pipe.
      this.write(stdin).then(() => this.end()).catch(() => {});
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The port of {@linkcode address}. */
  get port(): number {
    return Number(this.address.match(/:(\d+)$/)?.[1] ?? fail(`no port in "${this.address}"`));
  }

  async write(data: string | Uint8Array): Promise<void> {
    await this.#stdin.write(typeof data === "string" ? new TextEncoder().encode(data) : data);
  }

  /** Ends stdin. */
  async end(): Promise<void> {
    await this.#stdin.close();
  }

  /** The next event of this name, already here or still to come; the others stay. */
  next(name: string): Promise<Event> {
    return this.#wait(`the event "${name}"`, () => {
      const index = this.events.findIndex(({ event }) => event === name);
      return index < 0 ? undefined : this.events.splice(index, 1)[0];
    });
  }

  /** The next whole line of stdout, without its end. */
  line(): Promise<string> {
    return this.#wait("a line on stdout", () => {
      const end = this.stdout.indexOf("\n", this.#taken);
      if (end < 0) return undefined;
      const line = this.stdout.slice(this.#taken, end + 1);
      this.#taken = end + 1;
      return plainNewlines(line).slice(0, -1);
    });
  }

  /** Resolves once the whole of stdout (or stderr) matches. */
  sees(pattern: RegExp, stream: "stdout" | "stderr" = "stdout"): Promise<RegExpMatchArray> {
    return this.#wait(`${pattern} on ${stream}`, () => this[stream].match(pattern) ?? undefined);
  }

  /** Ends it as Ctrl-C does. */
  async stop(): Promise<Deno.CommandStatus> {
    this.kill("SIGINT");
    return await this.status;
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits for the end. */
  async outcome(): Promise<Outcome> {
    const { code } = await this.status;
    if (this.#late) fail(this.#report("did not end"));
    return { code, stdout: plainNewlines(this.stdout), stderr: plainNewlines(this.stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    await this.status;
    await this.#stdin.close().catch(() => {});
  }

  /** Whether there was something to kill. */
  #end(): boolean {
    try {
      this.#child.kill("SIGKILL");
      return true;
    } catch {
      return false;
    }
  }

  async #run(): Promise<Deno.CommandStatus> {
    const { status, stdout, stderr } = this.#child;
    const [ended] = await Promise.all([
      status,
      this.#collect(stdout, "stdout"),
      this.#collect(stderr, "stderr"),
    ]);
    return ended;
  }

  async #collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>, name: "stdout" | "stderr"): Promise<void> {
    let partial = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this[name] += text;
      if (name === "stdout") {
        const lines = (partial + text).split("\n");
        partial = lines.pop()!;
        for (const line of lines) if (line.startsWith('{"')) this.events.push(JSON.parse(line));
      }
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }

  async #wait<T>(what: string, find: () => T | undefined): Promise<T> {
    const ended = this.status.then(() => true);
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      const over = await Promise.race([ended, this.#changed.promise]);
      if (!over) continue;
      return find() ?? fail(this.#report(`ended without ${what}`));
    }
  }

  #report(what: string): string {
    if (this.#late) what += ` and was killed after ${DEADLINE} ms`;
    return `${this.#title}\n${what}\nstdout: ${this.stdout}\nstderr: ${this.stderr}`;
  }
}

/** Python on Windows prints CRLF; tests compare with what it prints elsewhere. */
function plainNewlines(text: string): string {
  return Deno.build.os === "windows" ? text.replaceAll("\r\n", "\n") : text;
}

/** Runs a program to its end. */
export async function run(command: string, args: string[], options: ProcessOptions = {}): Promise<Outcome> {
  await using child = new Process(command, args, { stdin: "", ...options });
  return await child.outcome();
}

export interface PinwireOptions extends ProcessOptions {
  /** Flags of `deno run` in place of `--allow-all`. */
  flags?: string[];
}

/** Starts pinwire; of a server (`… serve`, `receive`) it waits until that listens, and `address` says where. */
export async function pinwire(args: string[], options: PinwireOptions = {}): Promise<Process> {
  const child = new Process(Deno.execPath(), pinwireArgs(args, options), options);
  if (args[1] !== "serve" && args[0] !== "receive") return child;
  try {
    child.address = args.includes("--json")
      ? (await child.next("listening")).address ?? fail("a listening event without address")
      : (await child.sees(/^pinwire \w+: listening on (\S+)$/m, "stderr"))[1];
    return child;
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

/** Runs pinwire to its end. */
export function runPinwire(args: string[], options: PinwireOptions = {}): Promise<Outcome> {
  return run(Deno.execPath(), pinwireArgs(args, options), options);
}

/** What Deno is told to run pinwire. */
export function pinwireArgs(args: string[], { flags = ["--allow-all"] }: PinwireOptions = {}): string[] {
  // --quiet keeps Deno's own download notes out of the stderr that tests compare.
  return ["run", "--quiet", "--no-prompt", ...flags, MAIN, ...args];
}

/** Sends `text` and gives what one read brings back. */
export async function ask(conn: Deno.Conn, text: string): Promise<string> {
  await conn.write(new TextEncoder().encode(text));
  const buffer = new Uint8Array(65_536);
  const length = await conn.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, length ?? 0));
}

/** The Python that this machine has, as a command. */
export const PYTHON = has("python3") ? "python3" : "python";

/** Starts a program of tests/peers. */
export function python(name: string, args: (string | number)[], options: ProcessOptions = {}): Process {
  const program = `${import.meta.dirname}/peers/${name}.py`;
  const env = { ...options.env, PYTHONIOENCODING: "utf-8", PYTHONUNBUFFERED: "1" };
  return new Process(PYTHON, [program, ...args.map(String)], { ...options, env });
}

/** Starts a server of tests/peers on a free port, and reads from its first line which. */
export async function pythonServer(name: string, ...more: (string | number)[]): Promise<Process> {
  const server = python(name, ["127.0.0.1", 0, ...more]);
  try {
    server.address = `127.0.0.1:${await server.line()}`;
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** Runs a client of tests/peers to its end. */
export async function runPython(name: string, args: (string | number)[], stdin = ""): Promise<Outcome> {
  await using child = python(name, args, { stdin });
  return await child.outcome();
}

/** Whether a program of this name is in the PATH. */
export function has(program: string): boolean {
  const windows = Deno.build.os === "windows";
  const folders = (Deno.env.get("PATH") ?? "").split(windows ? ";" : ":");
  const names = windows ? [`${program}.exe`, `${program}.bat`, `${program}.cmd`] : [program];
  return folders.some((folder) => names.some((name) => isFile(`${folder}/${name}`)));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** A folder that goes with the test. */
export async function tempDir(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "pinwire-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
