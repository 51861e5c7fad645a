import { PinwireError } from "../errors.ts";
import type { Clock, Timer } from "../net/mod.ts";

/** Ms between two looks at the time. */
const LOOK = 1_000;
/** A look that comes this late shows that this process stood still itself. */
const LATE = 3 * LOOK;

/** How a {@linkcode Heartbeat} asks, and what it does about silence. Times are in ms. */
export interface HeartbeatOptions {
  readonly clock: Clock;
  /** The peer's name, for the error. */
  readonly peer: string;
  /** Silence after which the peer is asked whether it is there. */
  readonly ping: number;
  /** Silence after which it counts as gone; a function where that changes. */
  readonly dead: number | (() => number);
  /** Asks; without `insists` once, until something is heard again. */
  ask(): void;
  /** The peer counts as gone. */
  lose(reason: PinwireError): void;
  /** Whether the peer is asked after our own silence too, so that it hears from us: see {@linkcode Heartbeat.said}. */
  readonly talks?: boolean;
  /** Whether the peer is asked again each second: one that loses a question may hear the next. */
  readonly insists?: boolean;
  /** Whether nothing can be heard now, since nothing is read: then nobody is silent. */
  isDeaf?(): boolean;
  hint?: string;
}

/** Asks a peer that is silent whether it is there, and gives it up if it doesn't answer. */
export class Heartbeat {
  #options: HeartbeatOptions;
  #timer: Timer;
  #heardAt: number;
  #saidAt: number;
  #lookedAt: number;
  #isAsking = false;

  constructor(options: HeartbeatOptions) {
    const { clock } = options;
    this.#options = options;
    this.#heardAt = this.#saidAt = this.#lookedAt = clock.now();
    this.#timer = clock.every(LOOK, () => this.#look());
  }

  /** Something has come from the peer. */
  heard(): void {
    this.#heardAt = this.#options.clock.now();
    this.#isAsking = false;
  }

  /** Something has gone to the peer. */
  said(): void {
    this.#saidAt = this.#options.clock.now();
  }

  stop(): void {
    this.#timer.cancel();
  }

  #look(): void {
    const { clock, peer, ping, dead, hint, insists, talks, isDeaf } = this.#options;
    const now = clock.now();
    // Stopped by Ctrl-Z or a closed lid, we heard nothing though the peer may have said much.
    if (now - this.#lookedAt > LATE || isDeaf?.()) this.heard();
    this.#lookedAt = now;
    const silence = now - this.#heardAt;
    const limit = typeof dead === "number" ? dead : dead();
    if (silence >= limit) {
      this.stop();
      const what = `${peer} has said nothing for ${limit / 1000} s`;
      this.#options.lose(new PinwireError("no_heartbeat", what, { hint }));
    } else if (silence >= ping && (insists || !this.#isAsking) || talks && now - this.#saidAt >= ping) {
      // Where it doesn't insist one question is enough, however long it waits to be written.
      this.#isAsking = true;
      this.#options.ask();
    }
  }
}
