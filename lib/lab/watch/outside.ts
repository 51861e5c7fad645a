import { TextLineStream } from "@std/streams";
import { preciseTime } from "../../net/mod.ts";
import { networkNamespace } from "../../system/private_network.ts";
import { OUTSIDE } from "../stage/inside.ts";
import { ownCommand } from "../stage/outside.ts";
import type { Ending, WatchMessage, WatchOrder } from "./messages.ts";

/** The exit code of what Ctrl-C has ended, as shells say it. */
const INTERRUPTED: Ending = { code: 130, signal: "SIGINT" };

/** This program once more, in a private network, where it runs the command; it ends with its stdin. */
export class InnerProcess {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  #ending?: Ending;
  #isInterrupted = false;
  #taken = Promise.withResolvers<void>();

  /** @param flags what unshare(1) is to give it */
  constructor(flags: readonly string[]) {
    this.#child = new Deno.Command("unshare", {
      args: [...flags, ...ownCommand(), ...Deno.args],
      env: { [OUTSIDE]: networkNamespace() },
      stdin: "piped",
      stdout: "piped",
      // Ctrl-C is told to it.
      detached: true,
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#stdin.closed.catch(() => {});
  }

  /** A process that is in its network as long as that is there: unshare(1), which waits for the inner one. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Everything it tells of, until its end. */
  async *messages(): AsyncGenerator<WatchMessage> {
    const lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of lines) {
      const message = messageOf(line);
      if ("ended" in message) this.#ending = message.ended;
      if ("taken" in message) this.#taken.resolve();
      yield message;
    }
  }

  /** Gives the command something to read; done when it has taken it, and never if it doesn't read. */
  async give(input: Uint8Array): Promise<void> {
    this.#taken = Promise.withResolvers();
    await this.tell({ input: input.toBase64() });
    await this.#taken.promise;
  }

  /** Tells it something; done when it may be told more. */
  async tell(order: WatchOrder): Promise<void> {
    if ("interrupt" in order) this.#isInterrupted = true;
    await this.#stdin.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`)).catch(() => {});
  }

  /** Ends it at once, and whatever it has started. */
  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }

  /** How the command ended; the same of the inner process itself, if that came first. */
  async ending(): Promise<Ending> {
    await this.#stdin.close().catch(() => {});
    const { code, signal } = await this.#child.status;
    return this.#ending ?? (this.#isInterrupted ? INTERRUPTED : { code, signal });
  }
}

/** A program may write to the inner process's stdout, as in containers to /proc/1/fd/1: that is an output of its own. */
function messageOf(line: string): WatchMessage {
  if (MESSAGE.test(line)) {
    try {
      return JSON.parse(line);
    } catch {
      // It has a line of ours within.
    }
  }
  const data = new TextEncoder().encode(`${line}\n`).toBase64();
  return { output: "stdout", data, time: Math.floor(preciseTime() * 1000) };
}

const MESSAGE = /^\{"(begun|packet|output|line|missed|taken|ended)":/;
