/** Ms in which the runtime notices which of our processes have ended, before there is more to do. */
const NOTICING_TIME = 5;

/** Asks a command to stop: what Ctrl-C, SIGTERM, `--once` and a closed stdout have in common. */
export class Stop implements Disposable {
  #controller = new AbortController();
  #interrupt?: () => void;
  #before?: () => void;
  #hasSignal = false;
  #onSignal = () => {
    if (this.#hasSignal || this.signal.aborted) Deno.exit(130);
    this.#hasSignal = true;
    if (!this.#before) return this.now();
    this.#before();
    setTimeout(() => this.now(), NOTICING_TIME);
  };
  #onInterrupt = () => {
    if (this.#interrupt && !this.signal.aborted) this.#interrupt();
    else this.#onSignal();
  };

  /** Aborted when it is time to stop. */
  readonly signal: AbortSignal = this.#controller.signal;

  /**
   * Listens for SIGINT, SIGTERM and SIGHUP until disposed; a second one ends the process at once with 130. A file that may
   * not grow (`ulimit -f`) ends nothing meanwhile: whoever writes it gets an error.
   */
  onSignals(): this {
    Deno.addSignalListener("SIGINT", this.#onInterrupt);
    for (const signal of ENDINGS) Deno.addSignalListener(signal, this.#onSignal);
    if (Deno.build.os !== "windows") Deno.addSignalListener("SIGXFSZ", ignore);
    return this;
  }

  /** From now on SIGINT does this, until it is time to stop. */
  onInterrupt(action: () => void): void {
    this.#interrupt = action;
  }

  /** A signal that stops the command does this at once, before everything else. */
  beforeSignal(action: () => void): void {
    this.#before = action;
  }

  /** Stops gracefully. */
  now(): void {
    this.#controller.abort();
  }

  /** Calls `action` when it is time to stop, or now if it is; no more once what it gives is disposed of. */
  onStop(action: () => void): Disposable {
    this.signal.addEventListener("abort", action);
    if (this.signal.aborted) action();
    return { [Symbol.dispose]: () => this.signal.removeEventListener("abort", action) };
  }

  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#onInterrupt);
    for (const signal of ENDINGS) Deno.removeSignalListener(signal, this.#onSignal);
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGXFSZ", ignore);
  }
}

// SIGHUP says that the terminal is gone, or the ssh that we were started by: a pin must not stay on for that.
const ENDINGS: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGBREAK"] : ["SIGTERM", "SIGHUP"];

// Without a listener the system ends the process.
const ignore = () => {};
