import type { Clock, Timer } from "../net/mod.ts";

/** Calls once no command has run for some time. */
export class Idle {
  #ms: number;
  #clock: Clock;
  #onIdle: () => void;
  #timer?: Timer;
  #isStopped = false;

  /** @param ms how long; 0 is never */
  constructor(ms: number, clock: Clock, onIdle: () => void) {
    this.#ms = ms;
    this.#clock = clock;
    this.#onIdle = onIdle;
  }

  /** From now on no command runs. */
  begin(): void {
    this.end();
    if (this.#ms && !this.#isStopped) this.#timer = this.#clock.after(this.#ms, this.#onIdle);
  }

  /** A command runs. */
  end(): void {
    this.#timer?.cancel();
  }

  /** The connection is over: it never calls again. */
  stop(): void {
    this.#isStopped = true;
    this.end();
  }
}
