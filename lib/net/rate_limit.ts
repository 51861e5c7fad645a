import type { Clock } from "./clock.ts";

/** Counts what happens, and says what is beyond a limit in each second. */
export class RateLimit {
  #clock: Pick<Clock, "now">;
  #perSecond: number;
  #second = -1;
  #count = 0;
  #over = 0;

  /** @param perSecond how many are allowed in a second */
  constructor(perSecond: number, clock: Pick<Clock, "now">) {
    this.#perSecond = perSecond;
    this.#clock = clock;
  }

  /** Counts one; whether it is within the limit. */
  allows(): boolean {
    const second = Math.floor(this.#clock.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    if (++this.#count <= this.#perSecond) return true;
    this.#over++;
    return false;
  }

  /** Those that were beyond the limit since this was called last. */
  takeOver(): number {
    const over = this.#over;
    this.#over = 0;
    return over;
  }
}
