import type { ArrivalEvent } from "../../app/mod.ts";
import { preciseTime } from "../../net/mod.ts";

/** Keeps when each number was sent, when it had arrived, and tells when the program got it. */
export class Ledger {
  readonly #over: ArrivalEvent["over"];
  readonly #sent = new Map<number, number>();
  /** When each number was at the system for the first time, and in which of the server's turns to read. */
  readonly #there = new Map<number, { time: number; turn: number }>();
  #turn = 0;

  constructor(over: ArrivalEvent["over"]) {
    this.#over = over;
  }

  /** A program sends a number. */
  sent(number: number): void {
    this.#sent.set(number, preciseTime());
  }

  /** A packet with it has arrived. */
  arrived(number: number): void {
    if (!this.#there.has(number)) this.#there.set(number, { time: preciseTime(), turn: this.#turn });
  }

  /** The other program gets it. */
  got(number: number): ArrivalEvent {
    const now = preciseTime();
    const there = this.#there.get(number)!;
    const isKept = there.turn < this.#turn;
    return {
      event: "arrival",
      over: this.#over,
      number,
      ms: rounded(now - this.#sent.get(number)!),
      ...isKept && { kept_ms: rounded(now - there.time) },
    };
  }

  /** The program has read what it could. */
  hasRead(): void {
    this.#turn++;
  }
}

const rounded = (ms: number) => Math.round(ms * 10) / 10;
