import type { Clock, Timer } from "../net/mod.ts";

/** Calls back after a delay that is the same for all, with one timer: a thousand timers would take megabytes. */
export class DelayQueue {
  #ms: number;
  #clock: Clock;
  /** Each action, with the time at which it is due; the earliest comes first. */
  #waiting = new Map<() => void, number>();
  #timer?: Timer;

  /** @param ms the delay in milliseconds */
  constructor(ms: number, clock: Clock) {
    this.#ms = ms;
    this.#clock = clock;
  }

  /** Calls `action` after the delay, unless it is cancelled. */
  start(action: () => void): void {
    this.#waiting.set(action, this.#clock.now() + this.#ms);
    this.#timer ??= this.#clock.after(this.#ms, this.#onTime);
  }

  /** Forgets `action`; nothing happens if it doesn't wait. */
  cancel(action: () => void): void {
    this.#waiting.delete(action);
    if (this.#waiting.size) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #onTime = (): void => {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (const [action, due] of this.#waiting) {
      // A timer may come a little early.
      if (due > now + 1) {
        this.#timer ??= this.#clock.after(due - now, this.#onTime);
        return;
      }
      this.#waiting.delete(action);
      action();
    }
  };
}
