import { type Clock, shareThread, withTimeout } from "../../net/mod.ts";
import type { Exit, Signal, TerminalSize } from "../wire/bodies.ts";
import type { Child } from "./child.ts";
import { ProcessGroup } from "./group.ts";
import { type Deliver, OutputPump } from "./output_pump.ts";

/** What a job may use. */
export interface Limits {
  /** Time in ms; 0 is no limit. */
  readonly timeout: number;
  /** Bytes of output; 0 is no limit. */
  readonly maxOutput: number;
}

/** The exit code of a command that was ended but exited with 0. */
const ENDED = 255;
/** Time in ms that the output of a command that was ended has to be taken. */
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
  #clock: Clock;
  #hasTerminal: boolean;
  #group: ProcessGroup;
  #pumps: OutputPump[] = [];
  #reason?: string;
  #isInputClosed = false;
  #isOver = false;
  #isAsked = false;
  #ending: Promise<unknown> = Promise.resolve();
  #forced?: Promise<void>;
  /** Fulfilled when it was ended from here, and nothing more is worth waiting for. */
  #cut = Promise.withResolvers<undefined>();

  constructor(child: Child, hasTerminal: boolean, limits: Limits, clock: Clock) {
    this.#child = child;
    this.#hasTerminal = hasTerminal;
    this.#limits = limits;
    this.#clock = clock;
    this.#group = new ProcessGroup(child.pid, clock, hasTerminal);
  }

  /**
   * Hands all output over, then gives how the command ended. What is left of its group is ended then: see
   * {@linkcode ended}.
   */
  async run(stdout: Deliver, stderr: Deliver): Promise<Omit<Exit, "cwd">> {
    // Its pipes are the runtime's.
    using _sharing = shareThread();
    const child = this.#child;
    const { timeout } = this.#limits;
    const timer = timeout
      ? this.#clock.after(timeout, () => void this.end(`ran longer than ${timeout / 1000} s (--timeout)`))
      : undefined;
    this.#pump(child.stdout, "stdout", stdout);
    if (child.stderr) this.#pump(child.stderr, "stderr", stderr);
    const status = await Promise.race([child.status, this.#cut.promise]);
    this.#group.leaderHasGone();
    // Why it ended is not said yet.
    if (this.#isAsked) await this.#cut.promise;
    if (!this.#forced) this.#endGroup("group");
    await Promise.race([Promise.all(this.#pumps.map((pump) => pump.linger())), this.#cut.promise]);
    timer?.cancel();
    this.#isOver = true;
    this.#cancel();
    child.close();
    const { code, signal } = status ?? { code: ENDED, signal: null };
    if (this.#reason === undefined) return { code, signal };
    // It may have exited with 0 all the same, but its client should not go on as if all were well.
    return { code: code || ENDED, signal, reason: this.#reason };
  }

  /** Writes to its stdin; false if the command doesn't read any more. */
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
    // The command may have closed it already.
    await this.#child.endInput().catch(() => {});
  }

  /** Sends a signal to its process group. */
  signal(name: Signal): void {
    this.#group.signal(name);
  }

  resize(size: TerminalSize): void {
    this.#child.resize?.(size);
  }

  /** Asks its process group to end; {@linkcode end} must follow. */
  askToEnd(): void {
    if (this.#isOver) return;
    this.#isAsked = true;
    this.#group.askToEnd();
  }

  /** Ends it with all of its processes, by SIGTERM and after 1 s by SIGKILL. Done when none is left. */
  end(reason: string): Promise<void> {
    return this.#forced ??= this.#end(reason);
  }

  async #end(reason: string): Promise<void> {
    if (!this.#isOver) this.#reason ??= reason;
    this.#endGroup("session");
    await this.#ending;
    this.#cancel();
    // Its exit code and its last output may still come, but are not waited for without end.
    const rest = [this.#child.status, ...this.#pumps.map(({ done }) => done)];
    await withTimeout(OUTPUT_TIME, Promise.all(rest), this.#clock);
    this.#cut.resolve(undefined);
  }

  /** Done when all of its processes that can be ended have ended. */
  get ended(): Promise<unknown> {
    return this.#ending;
  }

  #endGroup(reach: "group" | "session"): void {
    this.#ending = Promise.all([this.#ending, this.#group.end(this.#hasTerminal ? "session" : reach)]);
  }

  #cancel(): void {
    for (const pump of this.#pumps) pump.cancel();
  }

  #pump(source: Child["stdout"], name: "stdout" | "stderr", deliver: Deliver): void {
    const { traffic } = this;
    const { maxOutput } = this.#limits;
    this.#pumps.push(
      new OutputPump(source, this.#clock, async (bytes, at) => {
        const room = maxOutput ? maxOutput - traffic.stdout - traffic.stderr : Infinity;
        const count = Math.min(bytes.length - at, room);
        traffic[name] += count;
        if (count && !await deliver(bytes.subarray(0, at + count), at)) return false;
        if (count === bytes.length - at) return true;
        void this.end(`printed more than ${maxOutput} bytes (--max-output)`);
        // Its pipe stays open until then: SIGPIPE is not what it should die of.
        await this.#ending;
        return false;
      }),
    );
  }
}
