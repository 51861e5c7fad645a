import type { Clock, Timer } from "../../net/mod.ts";
import type { Signal } from "../wire/bodies.ts";

/** What Ctrl-C sends to a command: the first one, the second, any further. */
const SIGNALS: Signal[] = ["SIGINT", "SIGTERM", "SIGKILL"];
/** Time in ms from the first to the second if none is typed: an editor passes SIGINT over, and no key reaches it. */
const PATIENCE = 2_000;

/** Ctrl-C at a console, for one command that runs: each one insists more. */
export class Insistence implements Disposable {
  #clock: Clock;
  #send: (signal: Signal) => void;
  #times = 0;
  #timer?: Timer;

  constructor(clock: Clock, send: (signal: Signal) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Ctrl-C was pressed. */
  press(): void {
    this.#timer?.cancel();
    this.#send(SIGNALS[Math.min(this.#times++, SIGNALS.length - 1)]);
    if (this.#times === 1) this.#timer = this.#clock.after(PATIENCE, () => this.press());
  }

  /** The command is over. */
  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }
}
