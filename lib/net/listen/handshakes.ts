import { PinwireError } from "../../errors.ts";
import { systemClock } from "../clock.ts";
import { RateLimit } from "../rate_limit.ts";

/** Ms that a client has for its handshake. */
const HANDSHAKE_TIME = 5_000;
/** Clients in their handshakes at a time; the next one takes the place of the oldest. */
const MOST = 1024;
/** Refused clients that are told of in a second. */
const ERRORS_A_SECOND = 10;

/** How handshakes of a kind are called in errors. */
export interface HandshakeWords {
  /** What a client has not finished, as in `the TLS handshake`. */
  one: string;
  /** What clients are in, as in `their TLS handshake`. */
  theirs: string;
  /** What one that has not finished has to do. */
  hint: string;
}

/** A client's handshake. */
export interface Handshake {
  /** Its time was up, or another took its place: whatever comes of it now is nobody's business. */
  readonly isCutOff: boolean;
  /** It is through, or has failed. */
  end(): void;
}

interface Running extends Handshake {
  /** The client, for printing. */
  readonly peer: string;
  isCutOff: boolean;
  /** Ends it, and says why, if it is anybody's business. */
  cutOff(error?: Error): void;
}

/** Handshakes that go on side by side, each within its time, and so many at most. */
export class Handshakes {
  /** Oldest first. */
  #running = new Set<Running>();
  #errors = new RateLimit(ERRORS_A_SECOND, systemClock);
  #words: HandshakeWords;
  #onError: (error: Error) => void;

  constructor(words: HandshakeWords, onError: (error: Error) => void) {
    this.#words = words;
    this.#onError = onError;
  }

  get size(): number {
    return this.#running.size;
  }

  /** @param close ends the connection of a client that is cut off */
  begin(peer: string, close: () => void): Handshake {
    const [oldest] = this.#running;
    if (this.#running.size >= MOST) oldest.cutOff(this.#crowdedOut(oldest.peer));
    const handshake: Running = {
      peer,
      isCutOff: false,
      cutOff: (error) => {
        handshake.isCutOff = true;
        handshake.end();
        if (error) this.tell(error);
        close();
      },
      end: () => {
        timer.cancel();
        this.#running.delete(handshake);
      },
    };
    const timer = systemClock.after(HANDSHAKE_TIME, () => handshake.cutOff(this.#tooLate(peer)));
    this.#running.add(handshake);
    return handshake;
  }

  /** Tells of a client that was refused, unless of many a moment ago. */
  tell(error: Error): void {
    if (this.#errors.allows()) this.#onError(error);
  }

  /** Cuts all off, without a word. */
  cutOff(): void {
    for (const handshake of this.#running) handshake.cutOff();
  }

  #tooLate(peer: string): PinwireError {
    const { one, hint } = this.#words;
    return new PinwireError("timed_out", `${peer} has not finished ${one} within 5 s`, { hint });
  }

  #crowdedOut(peer: string): PinwireError {
    return new PinwireError(
      "timed_out",
      `${peer} was cut off: ${MOST} others were in ${this.#words.theirs}`,
      {
        hint: "somebody may be opening connections without using them",
      },
    );
  }
}
