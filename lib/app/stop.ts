/** Asks a command to stop: what Ctrl-C, SIGTERM, `--once` and a closed stdout have in common. */
export class Stop implements Disposable {
  #controller = new AbortController();
  #onSignal = () => {
    if (this.signal.aborted) Deno.exit(130);
    this.now();
  };

  /** Aborted when it is time to stop. */
  readonly signal: AbortSignal = this.#controller.signal;

  /** Listens for SIGINT and SIGTERM until disposed; a second one ends the process at once with 130. */
  onSignals(): this {
    for (const name of SIGNALS) Deno.addSignalListener(name, this.#onSignal);
    return this;
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
    for (const name of SIGNALS) Deno.removeSignalListener(name, this.#onSignal);
  }
}

const SIGNALS: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
