import type { Context } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { type Endpoint, isLoopback, unmapped } from "../net/mod.ts";

/** Ports whose services answer whatever comes, so that two answerers would talk for ever or be made to amplify. */
const LOOPING_PORTS = new Set([0, 7, 13, 17, 19, 37, 53, 69, 111, 123, 137, 161, 389, 1900, 5353, 11211]);
/** Off loopback, answers are at most this many times the bytes received (as QUIC has it: RFC 9000, section 8.1). */
const AMPLIFICATION = 3;
/** Off loopback, answers a second to one address. */
const ANSWERS_PER_SECOND = 50;
/** Addresses remembered within a second; beyond, all others share the last place. */
const ADDRESSES = 4096;

/** Decides whether a datagram may be answered, since its sender's address may be forged. */
export class AnswerGuard {
  #own: Endpoint;
  #second = -1;
  #answers = new Map<string, number>();
  #dropped = 0;

  /** @param own where our socket is bound */
  constructor(own: Endpoint) {
    this.#own = own;
  }

  /**
   * Whether an answer of `length` bytes may go to the sender of `received` bytes.
   *
   * @param now in ms
   */
  allows(to: Endpoint, received: number, length: number, now: number): boolean {
    const allowed = this.#isAllowed(to, received, length, now);
    if (!allowed) this.#dropped++;
    return allowed;
  }

  /** Answers refused since this was called last. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /** Counts an answer that was refused for a reason of the mode's own. */
  drop(): void {
    this.#dropped++;
  }

  #isAllowed({ hostname, port }: Endpoint, received: number, length: number, now: number): boolean {
    if (LOOPING_PORTS.has(port)) return false;
    if (port === this.#own.port && this.#isOurs(hostname)) return false;
    if (isLoopback(hostname)) return true;
    return length <= received * AMPLIFICATION && this.#takeTurn(hostname, now);
  }

  // Bound to all interfaces we don't know which addresses are ours: all that share our port count as such.
  #isOurs(hostname: string): boolean {
    const own = unmapped(this.#own.hostname);
    return own === "0.0.0.0" || own === "::" || own === unmapped(hostname);
  }

  #takeTurn(hostname: string, now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#answers.clear();
    }
    const key = this.#answers.has(hostname) || this.#answers.size < ADDRESSES ? hostname : "";
    const count = (this.#answers.get(key) ?? 0) + 1;
    this.#answers.set(key, count);
    return count <= ANSWERS_PER_SECOND;
  }
}

/** Tells once a second, and when it is disposed of, how many answers a guard has refused. */
export function reportDrops(guard: AnswerGuard, { reporter, clock }: Context): Disposable {
  function report() {
    const dropped = guard.takeDropped();
    if (!dropped) return;
    reporter.error(
      new PinwireError("answers_dropped", `datagrams not answered: ${dropped}`, {
        hint: "they came from where an echo would loop or amplify, or too fast",
      }),
    );
  }

  const timer = clock.every(1000, report);
  return {
    [Symbol.dispose]() {
      timer.cancel();
      report();
    },
  };
}
