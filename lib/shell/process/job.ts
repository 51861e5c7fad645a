import { withTimeout } from "../../net/mod.ts";
import type { Child } from "./child.ts";
import { type Deliver, OutputPump } from "./output_pump.ts";
import { ProcessGroup } from "./group.ts";
import type { Exit, Signal, Terminal } from "../protocol.ts";

/** What a job may take. */
export interface Limits {
  /** Ms; 0 is no limit. */
  readonly timeout: number;
  /** Bytes of output; 0 is no limit. */
  readonly maxOutput: number;
}

/** The exit code of a command that was ended, and said 0. */
const ENDED = 255;
/** Ms that output has, after the end of a command that was ended, to be taken. */
const OUTPUT_TIME = 200;

/** Bytes that have crossed the wire for a job. */
export interface Traffic {
  stdin: number;
  stdout: number;
  stderr: number;
}

/** One command that runs, with all of its processes. */
export class Job {
  readonly traffic: Traffic = { stdin: 0, stdout: 0, stderr: 0 };
  #child: Child;
  #limits: Limits;
  #hasTerminal: boolean;
  #group: ProcessGroup;
  #drains: OutputPump[] = [];
  #reason?: string;
  #isInputClosed = false;
  #isOver = false;
  #ending: Promise<unknown> = Promise.resolve();
  #forced?: Promise<void>;
  /** Fulfilled when it was ended from here and nothing more is waited for. */
  #cut = Promise.withResolvers<undefined>();

  constructor(child: Child, hasTerminal: boolean, limits: Limits) {
    this.#child = child;
    this.#hasTerminal = hasTerminal;
    this.#limits = limits;
    this.#group = new ProcessGroup(child.pid);
  }

  /**
   * Hands all output over, and gives how it ended once that is done. Its group is ended with it; {@linkcode ended}
   * tells when that is through.
   */
  async run(stdout: Deliver, stderr: Deliver): Promise<Omit<Exit, "cwd">> {
    const child = this.#child;
    const { timeout } = this.#limits;
    const timer = timeout
      ? setTimeout(() => void this.end(`ran longer than ${timeout / 1000} s (--timeout)`), timeout)
      : undefined;
    this.#drain(child.stdout, "stdout", stdout);
    if (child.stderr) this.#drain(child.stderr, "stderr", stderr);
    const status = await Promise.race([child.status, this.#cut.promise]);
    this.#group.leaderHasGone();
    if (!this.#forced) this.#endGroup("group");
    await Promise.race([Promise.all(this.#drains.map((drain) => drain.linger())), this.#cut.promise]);
    clearTimeout(timer);
    this.#isOver = true;
    this.#cancel();
    child.close();
    const { code, signal } = status ?? { code: ENDED, signal: null };
    if (this.#reason === undefined) return { code, signal };
    // It may have ended well by its own account; its client should not go on as if it had.
    return { code: code || ENDED, signal, reason: this.#reason };
  }

  /** Writes to its stdin; false if nobody reads that any more. */
  async input(bytes: Uint8Array): Promise<boolean> {
    if (this.#isInputClosed) return false;
    this.traffic.stdin += bytes.length;
    try {
      await this.#child.write(bytes);
    } catch {
      this.#isInputClosed = true;
    }
    return !this.#isInputClosed;
  }

  /** Ends its stdin. */
  async endInput(): Promise<void> {
    if (this.#isInputClosed) return;
    this.#isInputClosed = true;
    // It may be gone already.
    await this.#child.endInput().catch(() => {});
  }

  /** Sends a signal to its process group. */
  signal(name: Signal): void {
    this.#group.signal(name);
  }

  resize(size: Omit<Terminal, "term">): void {
    this.#child.resize?.(size);
  }

  /** Ends it with all of its processes, by SIGTERM and after 1 s SIGKILL; done when that is through. */
  end(reason: string): Promise<void> {
    return this.#forced ??= this.#end(reason);
  }

  async #end(reason: string): Promise<void> {
    if (!this.#isOver) this.#reason ??= reason;
    this.#endGroup("session");
    await this.#ending;
    this.#cancel();
    // How it ended, and what was printed before, may still be on their way, but not for ever.
    const rest = [this.#child.status, ...this.#drains.map(({ done }) => done)];
    await withTimeout(OUTPUT_TIME, Promise.all(rest));
    this.#cut.resolve(undefined);
  }

  /** Done when none of its processes is left that could be ended. */
  get ended(): Promise<unknown> {
    return this.#ending;
  }

  #endGroup(reach: "group" | "session"): void {
    this.#ending = Promise.all([this.#ending, this.#group.end(this.#hasTerminal ? "terminal" : reach)]);
  }

  #cancel(): void {
    for (const drain of this.#drains) drain.cancel();
  }

  #drain(source: Child["stdout"], name: "stdout" | "stderr", deliver: Deliver): void {
    const { traffic } = this;
    const { maxOutput } = this.#limits;
    this.#drains.push(
      new OutputPump(source, async (bytes, at) => {
        const room = maxOutput ? maxOutput - traffic.stdout - traffic.stderr : Infinity;
        const count = Math.min(bytes.length - at, room);
        traffic[name] += count;
        if (count && !await deliver(bytes.subarray(0, at + count), at)) return false;
        if (count === bytes.length - at) return true;
        void this.end(`printed more than ${maxOutput} bytes (--max-output)`);
        // That nobody reads any more is not what it should die of.
        await this.#ending;
        return false;
      }),
    );
  }
}
