/** Ms before the first new attempt, and the most before any. */
const FIRST = 500;
const LAST = 10_000;
/** Ms that a good link holds: after one the next attempt comes soon again. */
const GOOD = 10_000;

/** How long to wait before dialling again: 0.5 s, doubling to 10 s, of which a random half is left out. */
export class Backoff {
  #ms = FIRST;
  #random: () => number;

  /** @param random gives numbers from 0 to 1 */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Whether a link that held for `held` ms was a good one. */
  isGood(held: number): boolean {
    return held >= GOOD;
  }

  /** The wait in ms after a link that held for `held` ms, or an attempt that failed. */
  next(held: number): number {
    if (this.isGood(held)) this.#ms = FIRST;
    const ms = this.#ms;
    this.#ms = Math.min(ms * 2, LAST);
    // Devices that lost their controller at the same moment come back one by one.
    return ms * (0.5 + this.#random() / 2);
  }
}
