/** Ms before the first new attempt, and the most before any. */
const FIRST = 500;
const LAST = 10_000;
/** A link that held for so many ms was a good one: the next attempt comes soon again. */
const GOOD = 10_000;

/** How long to wait before dialling again: 0.5 s, doubling to 10 s, of which a random half is left out. */
export class Backoff {
  #ms = FIRST;

  /** Whether a link that held for so many ms was a good one. */
  isGood(held: number): boolean {
    return held >= GOOD;
  }

  /** The wait in ms after a link that held for `held` ms, or an attempt that failed. */
  next(held: number): number {
    if (this.isGood(held)) this.#ms = FIRST;
    const ms = this.#ms;
    this.#ms = Math.min(ms * 2, LAST);
    // Devices that lost their controller at the same moment come back one by one.
    return ms * (0.5 + Math.random() / 2);
  }
}
