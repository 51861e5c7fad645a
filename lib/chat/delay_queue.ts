/** Calls back after a delay that is the same for all, by one timer: a thousand of them would take megabytes. */
export class DelayQueue {
  #ms: number;
  /** In the order in which they are due. */
  #waiting = new Map<() => void, number>();
  #timer?: ReturnType<typeof setTimeout>;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Calls `then` after the delay, unless it is cancelled. */
  start(then: () => void): void {
    this.#waiting.set(then, performance.now() + this.#ms);
    this.#timer ??= setTimeout(this.#onTime, this.#ms);
  }

  cancel(then: () => void): void {
    this.#waiting.delete(then);
    if (this.#waiting.size) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #onTime = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const [then, due] of this.#waiting) {
      // A timer may come a little early.
      if (due > now + 1) {
        this.#timer ??= setTimeout(this.#onTime, due - now);
        return;
      }
      this.#waiting.delete(then);
      then();
    }
  };
}
