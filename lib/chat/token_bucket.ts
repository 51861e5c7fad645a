/** Lets so many pass at once, and then so many a second: what tames whoever says too much. */
export class TokenBucket {
  #rate: number;
  #burst: number;
  #now: () => number;
  #tokens: number;
  #at: number;

  /**
   * @param rate a second
   * @param now the time in ms
   */
  constructor(rate: number, burst: number, now: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#burst = burst;
    this.#now = now;
    this.#tokens = burst;
    this.#at = now();
  }

  /** Takes so many; the number of ms until there is one more. */
  take(count = 1): number {
    const now = this.#now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#rate / 1000) - count;
    this.#at = now;
    return this.#tokens >= 1 ? 0 : (1 - this.#tokens) * 1000 / this.#rate;
  }

  /** Whether a tenth of all is there again. */
  get isCalm(): boolean {
    return this.#tokens >= this.#burst / 10;
  }
}
