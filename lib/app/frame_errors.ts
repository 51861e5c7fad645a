import { FrameError } from "../framing/mod.ts";
import { PinwireError } from "../errors.ts";
import type { Reporter } from "./reporter.ts";

/** Errors after which others are let in, since a peer can send thousands in one read. */
const FLOOD = 256;
/** Errors a second that are told one by one; the others are counted. */
const TOLD_A_SECOND = 10;

/**
 * Tells of the frames of one connection that can't be read or made. A peer can send thousands of them in one
 * read: all but a few are counted, so that telling of them doesn't keep others from being served.
 */
export class FrameErrors {
  #reporter: Reporter;
  #peer: string;
  #second = 0;
  #told = 0;
  #counted = 0;
  #sinceTurn = 0;

  constructor(reporter: Reporter, peer: string) {
    this.#reporter = reporter;
    this.#peer = peer;
  }

  /** Reports a frame error; throws anything else. True if there were so many that it is time for `turn`. */
  report(error: unknown): boolean {
    if (!(error instanceof FrameError)) throw error;
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#second) {
      this.close();
      this.#second = second;
      this.#told = 0;
    }
    if (this.#told < TOLD_A_SECOND) this.#reporter.error(error, this.#peer);
    else this.#counted++;
    this.#told++;
    return ++this.#sinceTurn >= FLOOD;
  }

  /** In a flood of errors, done when other connections have had their turn. */
  turn(): Promise<void> | undefined {
    if (this.#sinceTurn < FLOOD) return undefined;
    this.#sinceTurn = 0;
    return new Promise((resolve) => setTimeout(resolve, 0));
  }

  /** Tells how many were counted since this was last told. */
  close(): void {
    if (!this.#counted) return;
    const error = new PinwireError("more_bad_frames", `bad frames besides: ${this.#counted}`, {
      hint: "check that both sides use the same --frame",
    });
    this.#counted = 0;
    this.#reporter.error(error, this.#peer);
  }
}
