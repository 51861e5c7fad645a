import type { Clock } from "../net/mod.ts";
import { PinwireError } from "../errors.ts";
import { BYTES_A_LINE } from "./protocol.ts";
import { TokenBucket } from "./token_bucket.ts";

/** Lines that a member may say at once before its rate counts. */
const BURST = 200;
/** Ms of being slowed down without end after which a member is sent away. */
const FLOOD_TIME = 30_000;

/** Slows down a member that says more than it may: its next words are read later. */
export class Throttle {
  /** Lines a second, and lines at once. */
  readonly limit: [perSecond: number, burst: number];
  #bucket: TokenBucket;
  #clock: Clock;
  /** Ms until it may say another line. */
  #wait = 0;
  #slowedSince?: number;
  #isSlowing = false;

  /** @param rate lines a second */
  constructor(rate: number, clock: Clock) {
    this.limit = [rate, BURST];
    this.#bucket = new TokenBucket(rate, BURST, clock);
    this.#clock = clock;
  }

  /** Counts what was said, in lines. */
  charge(lines: number): void {
    if (lines) this.#wait = this.#bucket.take(lines);
  }

  /** Counts what was read. */
  chargeBytes(bytes: number): void {
    this.charge(bytes / BYTES_A_LINE);
  }

  /** Whether it has to wait before it may say more. */
  get isDue(): boolean {
    return this.#wait > 0;
  }

  /** Whether it waits now: nothing is read from it meanwhile. */
  get isSlowing(): boolean {
    return this.#isSlowing;
  }

  /** The error that sends `peer` away, if it has said too much for too long. */
  flood(peer: string): PinwireError | undefined {
    if (this.#slowedSince === undefined || this.#clock.now() - this.#slowedSince <= FLOOD_TIME) {
      return undefined;
    }
    return new PinwireError("flood", `${peer} said too much for ${FLOOD_TIME / 1000} s`, {
      hint: "it was sent away; --rate sets how much is too much",
    });
  }

  /** If it has to wait, a promise for the end of that. */
  slowDown(): Promise<void> | undefined {
    if (this.#bucket.isCalm) this.#slowedSince = undefined;
    if (!this.#wait) return undefined;
    const wait = this.#wait;
    this.#wait = 0;
    this.#slowedSince ??= this.#clock.now();
    this.#isSlowing = true;
    return new Promise((resolve) =>
      this.#clock.after(wait, () => {
        this.#isSlowing = false;
        resolve();
      })
    );
  }
}
