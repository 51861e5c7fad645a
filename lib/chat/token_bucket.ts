import type { Clock } from "../net/mod.ts";

/** Limits how much passes: a burst at once, and then a steady rate (a token bucket). */
export class TokenBucket {
  #rate: number;
  #burst: number;
  #clock: Clock;
  #tokens: number;
  #at: number;

  /**
   * @param rate how many a second
   * @param burst how many at once
   */
  constructor(rate: number, burst: number, clock: Clock) {
    this.#rate = rate;
    this.#burst = burst;
    this.#clock = clock;
    this.#tokens = burst;
    this.#at = clock.now();
  }

  /** Takes `count` tokens, and gives the milliseconds until there is one again: 0 if there still is one. */
  take(count = 1): number {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#rate / 1000) - count;
    this.#at = now;
    return this.#tokens >= 1 ? 0 : (1 - this.#tokens) * 1000 / this.#rate;
  }

  /** Whether a tenth of the burst is there again. */
  get isCalm(): boolean {
    return this.#tokens >= this.#burst / 10;
  }
}
