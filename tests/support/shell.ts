import { isWindows, tempDir } from "./machine.ts";
import { pinwire, type PinwireOptions, runPinwire } from "./pinwire.ts";
import { type Event, type Outcome, Process, run } from "./process.ts";

/** An event of `shell`. */
export interface ShellEvent extends Event {
  data?: string;
  code?: number;
  signal?: string | null;
}

/** An account of its own: a folder where its token is made and found, which goes with the test. */
export interface Account extends AsyncDisposable {
  path: string;
  env: Record<string, string>;
}

/** A test on a system where commands can be ended whole. */
export function posix(name: string, fn: () => Promise<void>, ignore = isWindows): void {
  Deno.test({ name, ignore, fn });
}

export async function account(): Promise<Account> {
  const dir = await tempDir();
  const { path } = dir;
  return {
    path,
    env: { XDG_CONFIG_HOME: path, TMPDIR: path },
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

/** Starts `shell serve --json` on a free port. */
export const shellServe = ({ env }: Account, ...options: string[]): Promise<Process> =>
  pinwire(["shell", "serve", "127.0.0.1:0", "--json", ...options], { env });

/** A server and its account. */
export async function shell(...options: string[]): Promise<Shell> {
  const home = await account();
  try {
    return new Shell(home, await shellServe(home, ...options));
  } catch (error) {
    await home[Symbol.asyncDispose]();
    throw error;
  }
}

/** A server, and clients of the same account. */
export class Shell implements AsyncDisposable {
  readonly home: Account;
  readonly server: Process;

  constructor(home: Account, server: Process) {
    this.home = home;
    this.server = server;
  }

  /** The command line that runs `command` there. */
  execArgs(command: string, ...options: string[]): string[] {
    return ["shell", "exec", this.server.address, ...options, "--", command];
  }

  /** Runs a command there to its end. */
  exec(command: string, options: string[] = [], more: PinwireOptions = {}): Promise<Outcome> {
    return runPinwire(this.execArgs(command, ...options), { env: this.home.env, ...more });
  }

  /** Starts a command there; its stdin stays open. */
  begin(command: string, ...options: string[]): Promise<Process> {
    return pinwire(this.execArgs(command, ...options), { env: this.home.env });
  }

  /** Waits for the server's notice that matches. */
  async notices(pattern: RegExp): Promise<string> {
    for (;;) {
      const { text } = await this.server.next("notice");
      if (pattern.test(text!)) return text!;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.home[Symbol.asyncDispose]();
  }
}

/** A pipe that processes hold open: who reads it knows when the last of them has gone. */
export class Lifeline implements AsyncDisposable {
  /** For the beginning of a command: from there on it, and whatever it starts, holds the pipe as its 9. */
  readonly hold: string;
  readonly reader: Process;

  private constructor(path: string) {
    this.hold = `exec 9>${path};`;
    this.reader = new Process("cat", [path]);
  }

  static async make({ path }: Account): Promise<Lifeline> {
    const pipe = `${path}/lifeline-${crypto.randomUUID()}`;
    await run("mkfifo", [pipe]);
    return new Lifeline(pipe);
  }

  /** Waits until a process has written this to its 9. */
  async says(text: string): Promise<void> {
    await this.reader.sees(new RegExp(text));
  }

  /** Done when no process is left. */
  async ended(): Promise<void> {
    await this.reader.outcome();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.reader[Symbol.asyncDispose]();
  }
}
