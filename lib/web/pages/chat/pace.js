// @ts-check

/** The parts of the server's limit that are used, so that it never has to slow us down. */
const SHARE = 0.9;
const BURST_SHARE = 0.85;
/** Bytes that count as one more line. */
const BYTES_A_LINE = 4_096;

/** When the next line may be said: no faster than the server allows (a token bucket). Times are in ms. */
export class Pace {
  #rate = Infinity;
  #burst = Infinity;
  #tokens = Infinity;
  #at = 0;

  /**
   * What the server allows, or nothing if there is no limit.
   *
   * @param {[perSecond: number, burst: number] | undefined} rate
   * @param {number} now
   */
  limit(rate, now) {
    const [perSecond, burst] = rate ?? [Infinity, Infinity];
    this.#rate = perSecond * SHARE;
    this.#burst = this.#tokens = burst * BURST_SHARE;
    this.#at = now;
  }

  /**
   * How long the next line has to wait.
   *
   * @param {number} now
   */
  wait(now) {
    if (this.#rate === Infinity) return 0;
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#rate / 1000);
    this.#at = now;
    return this.#tokens >= 1 ? 0 : (1 - this.#tokens) * 1000 / this.#rate;
  }

  /**
   * A line was said.
   *
   * @param {string} line
   */
  said(line) {
    this.#tokens -= 1 + new TextEncoder().encode(line).length / BYTES_A_LINE;
  }
}
