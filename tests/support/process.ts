import { fail } from "@std/assert";

/**
 * A process that is still there after this many milliseconds is killed, and whoever waits on it is told why. No test
 * ends by it: it is long enough for an emulated machine, and for one whose processors are all busy.
 */
const DEADLINE = 180_000;
/** Characters of an output that a failed test shows, its last ones. */
const MOST_SHOWN = 10_000;

/** One line of `--json` output. */
export interface Event {
  event: string;
  address?: string;
  url?: string;
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

  constructor(command: string, args: string[], { stdin, env }: ProcessOptions = {}) {
    this.#title = [command, ...args].join(" ");
    const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
    this.#child = new Deno.Command(command, { args, env, ...pipes }).spawn();
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
    return this.until(`the event "${name}"`, () => {
      const index = this.events.findIndex(({ event }) => event === name);
      return index < 0 ? undefined : this.events.splice(index, 1)[0];
    });
  }

  /** The next whole line of stdout, without its end. */
  line(): Promise<string> {
    return this.until("a line on stdout", () => {
      const end = this.stdout.indexOf("\n", this.#taken);
      if (end < 0) return undefined;
      const line = this.stdout.slice(this.#taken, end + 1);
      this.#taken = end + 1;
      return plainNewlines(line).slice(0, -1);
    });
  }

  /** Resolves once the whole of stdout (or stderr) matches. */
  sees(pattern: RegExp, stream: "stdout" | "stderr" = "stdout"): Promise<RegExpMatchArray> {
    return this.until(`${pattern} on ${stream}`, () => this[stream].match(pattern) ?? undefined);
  }

  /** Resolves with what `find` finds in all that came so far; `what` names that in the error of an end without. */
  async until<T>(what: string, find: () => T | undefined): Promise<T> {
    const ended = this.status.then(() => true);
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      const over = await Promise.race([ended, this.#changed.promise]);
      if (!over) continue;
      return find() ?? fail(this.#report(`ended without ${what}`));
    }
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

  #report(what: string): string {
    if (this.#late) what += ` and was killed after ${DEADLINE} ms`;
    return `${this.#title}\n${what}\nstdout: ${lastOf(this.stdout)}\nstderr: ${lastOf(this.stderr)}`;
  }
}

function lastOf(output: string): string {
  return output.length > MOST_SHOWN ? `…${output.slice(-MOST_SHOWN)}` : output;
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
