import { PinwireError } from "../errors.ts";
import { FrameError } from "../framing/mod.ts";
import { type Clock, RateLimit, sleep } from "../net/mod.ts";
import type { Reporter } from "./reporter.ts";

/** Errors after which others are let in, since a peer can send thousands in one read. */
const FLOOD = 256;
/** Errors a second that are reported one by one; the others are counted. */
const REPORTED_A_SECOND = 10;

/**
 * Reports the frames of one connection that can't be read or made. A peer can send thousands of them in one read: all
 * but a few are counted, so that reporting them doesn't keep others from being served.
 */
export class FrameErrors {
  #reporter: Reporter;
  #peer: string;
  #clock: Clock;
  #limit?: RateLimit;
  #sinceTurn = 0;

  /** @param peer the name of the peer, for the reports */
  constructor(reporter: Reporter, peer: string, clock: Clock) {
    this.#reporter = reporter;
    this.#peer = peer;
    this.#clock = clock;
  }

  /** Reports a frame error; throws anything else. True if there were so many that it is time for `turn`. */
  report(error: unknown): boolean {
    if (!(error instanceof FrameError)) throw error;
    // Nearly all connections have none.
    this.#limit ??= new RateLimit(REPORTED_A_SECOND, this.#clock);
    if (this.#limit.allows()) {
      this.close();
      this.#reporter.error(error, this.#peer);
    }
    return ++this.#sinceTurn >= FLOOD;
  }

  /** In a flood of errors, done when other connections have had their turn. */
  turn(): Promise<void> | undefined {
    if (this.#sinceTurn < FLOOD) return undefined;
    this.#sinceTurn = 0;
    return sleep(0, this.#clock);
  }

  /** Reports how many were counted since this was last reported. */
  close(): void {
    const counted = this.#limit?.takeOver();
    if (!counted) return;
    const error = new PinwireError("more_bad_frames", `bad frames besides: ${counted}`, {
      hint: "check that both sides use the same --frame",
    });
    this.#reporter.error(error, this.#peer);
  }
}
