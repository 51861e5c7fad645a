import { PinwireError } from "../errors.ts";
import type { Connection } from "../net/mod.ts";
import { makeFrame, type Patience, TYPE } from "./protocol.ts";

/** Ms between two looks at the time. */
const LOOK_AGAIN = 1_000;
const LATE = 3 * LOOK_AGAIN;

/** Asks an end that is silent whether it is there, and closes the connection if it doesn't answer. */
export class Heartbeat {
  #connection: Connection;
  #patience: Patience;
  #heardAt = performance.now();
  #timer: ReturnType<typeof setInterval>;
  #lookedAt = performance.now();
  #isAsking = false;
  #isDead = false;

  constructor(connection: Connection, patience: Patience) {
    this.#connection = connection;
    this.#patience = patience;
    this.#timer = setInterval(() => this.#look(), LOOK_AGAIN);
  }

  /** A frame has come. */
  heard(): void {
    this.#heardAt = performance.now();
    this.#isAsking = false;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** @throws {PinwireError} `no_heartbeat` if it has closed the connection */
  check(peer: string): void {
    if (!this.#isDead) return;
    throw new PinwireError("no_heartbeat", `${peer} has said nothing for ${this.#patience.dead / 1000} s`, {
      hint: "its link is dead, or it stands still",
    });
  }

  #look(): void {
    const now = performance.now();
    // We were stopped ourselves, by Ctrl-Z or a closed lid: the other end may have said much.
    if (now - this.#lookedAt > LATE) this.heard();
    this.#lookedAt = now;
    const silence = now - this.#heardAt;
    if (silence >= this.#patience.dead) {
      this.#isDead = true;
      this.#connection.close();
    } else if (silence >= this.#patience.ping && !this.#isAsking) {
      // One is enough, however long it waits to be written.
      this.#isAsking = true;
      this.#connection.write(makeFrame(TYPE.ping, 0)).catch(() => {});
    }
  }
}
