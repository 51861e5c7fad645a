import { TextLineStream } from "@std/streams";
import { PathPipe } from "../../system/pipe.ts";
import type { Ending, Tracing } from "./messages.ts";

/** Bytes of what is sent and received that are shown. */
const SHOWN = 256;

/** What strace(1) is told: all threads and children, when each call began and how long it took, which files are sockets. */
const FLAGS = ["-f", "-q", "-ttt", "-T", "-y", "-s", String(SHOWN), "-e", "signal=none"];
/** The calls that are shown, and those that tell which program a process is; with ? where not every system has it. */
const CALLS = "network,read,write,readv,writev,close,execve,clone,?clone3,?fork,?vfork";
/** Of the many lines those that may be of use: whatever is about a socket, or about processes. */
const USEFUL = /socket:\[|^\d+ +[\d.]+ (execve|clone|v?fork|\+\+\+|<\.\.\. )/;
const EXIT = /^(\d+) .*\+\+\+ (?:exited with (\d+)|killed by (SIG\w+))/;

/** Has strace(1) tell what a command asks the system for. */
export class Strace implements Disposable {
  readonly #pipe = new PathPipe();

  /** Finds out, by trying, whether it may trace here. */
  static async open(): Promise<{ strace?: Strace; state: Tracing }> {
    try {
      const args = [...FLAGS, "-e", `trace=${CALLS}`, "-o", "/dev/null", "true"];
      const { success, stderr } = await new Deno.Command("strace", { args, stdin: "null" }).output();
      if (success) return { strace: new Strace(), state: "on" };
      return { state: { refused: new TextDecoder().decode(stderr).trim().split("\n")[0] } };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return { state: "absent" };
      throw error;
    }
  }

  /** What stands before the command. */
  get command(): string[] {
    return ["strace", ...FLAGS, "-e", `trace=${CALLS}`, "-o", this.#pipe.path, "--"];
  }

  /**
   * Gives each line to `tell`, the next one when that is done: what is traced waits meanwhile. Done when the command has
   * ended, whatever it has started goes on.
   */
  watch(tell: (line: string) => Promise<void>): Promise<Ending> {
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.#read(tell, resolve);
    return promise;
  }

  [Symbol.dispose](): void {
    this.#pipe[Symbol.dispose]();
  }

  async #read(tell: (line: string) => Promise<void>, ended: (ending: Ending) => void): Promise<void> {
    let first: string | undefined;
    const { signals } = (await import("node:os")).constants;
    for await (const line of ReadableStream.from(this.#texts()).pipeThrough(new TextLineStream())) {
      first ??= line.match(/^\d+/)?.[0];
      if (USEFUL.test(line)) await tell(line);
      const [, process, code, signal] = line.match(EXIT) ?? [];
      if (process === undefined || process !== first) continue;
      const number = signals[signal as Deno.Signal & keyof typeof signals] ?? 0;
      ended(signal === undefined ? { code: Number(code), signal: null } : { code: 128 + number, signal });
    }
  }

  async *#texts(): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    for (let bytes; (bytes = await this.#pipe.read());) yield decoder.decode(bytes, { stream: true });
  }
}
