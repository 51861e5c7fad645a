import type { Child } from "./child.ts";
import { type Deliver, Drain } from "./drain.ts";
import { ProcessGroup } from "./group.ts";
import type { Exit, Signal, Terminal } from "./protocol.ts";

/** What a job may take. */
export interface Limits {
  /** Ms; 0 is no limit. */
  readonly timeout: number;
  /** Bytes of output; 0 is no limit. */
  readonly maxOutput: number;
}

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
  #drains: Drain[] = [];
  #reason?: string;
  #isInputClosed = false;
  #ended?: Promise<void>;

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
    const { code, signal } = await child.status;
    clearTimeout(timer);
    this.#ended ??= this.#group.end(this.#hasTerminal ? "terminal" : "group");
    await Promise.all(this.#drains.map((drain) => drain.linger()));
    child.close();
    return { code, signal, ...this.#reason !== undefined && { reason: this.#reason } };
  }

  /** Writes to its stdin; what it doesn't want any more is passed over. */
  async input(bytes: Uint8Array): Promise<void> {
    if (this.#isInputClosed) return;
    this.traffic.stdin += bytes.length;
    try {
      await this.#child.write(bytes);
    } catch {
      this.#isInputClosed = true;
    }
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
  async end(reason: string): Promise<void> {
    if (!this.#ended) this.#reason = reason;
    await (this.#ended ??= this.#group.end(this.#hasTerminal ? "terminal" : "session"));
    for (const drain of this.#drains) drain.cancel();
  }

  /** Done when none of its processes is left that could be ended. */
  get ended(): Promise<void> {
    return this.#ended ?? Promise.resolve();
  }

  #drain(source: Child["stdout"], name: "stdout" | "stderr", deliver: Deliver): void {
    const { traffic } = this;
    const { maxOutput } = this.#limits;
    this.#drains.push(
      new Drain(source, async (bytes, at) => {
        const room = maxOutput ? maxOutput - traffic.stdout - traffic.stderr : Infinity;
        const count = Math.min(bytes.length - at, room);
        traffic[name] += count;
        if (count && !await deliver(bytes.subarray(0, at + count), at)) return false;
        if (count === bytes.length - at) return true;
        // It may have ended already, by itself.
        this.#reason ??= `printed more than ${maxOutput} bytes (--max-output)`;
        void this.end(this.#reason);
        return false;
      }),
    );
  }
}
