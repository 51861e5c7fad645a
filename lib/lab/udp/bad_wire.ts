import type { Fate } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { systemClock, withTimeout } from "../../net/mod.ts";
import { PORT } from "../stage/stage.ts";
import { type Passing, Wire } from "../stage/wire.ts";
import { BEHIND, fates } from "./fates.ts";

/** Ms to wait for a segment that comes again: no timer of the kernel is longer (TCP_RTO_MAX). */
const LONGEST = 130_000;

/** Whoever looks at what happens on a bad wire. */
export interface Onlooker {
  /** Takes each packet as it is sent. */
  sent(passing: Passing, fate: Fate): void;
  /** Takes each packet with data of the client that has arrived. */
  arrived(passing: Passing): void;
  /** Done when the server's program has read what it can. */
  read(): Promise<void>;
}

/**
 * A wire that disturbs what the client sends, if it carries data: so it does the same to datagrams and to segments. Each
 * packet's turn comes when the one before it has arrived and was read; a late one's when others have passed, so that
 * the order never hangs on time.
 */
export class BadWire implements Disposable {
  readonly #wire: Wire;
  readonly #seed: number;
  readonly #waiting: Passing[] = [];
  #late: { passing: Passing; turn: number }[] = [];
  #fate!: () => Fate;
  #count = 0;
  #onlooker!: Onlooker;
  #sent = Promise.withResolvers<void>();

  /** @param mtu bytes that a packet may have */
  constructor(seed: number, mtu: number) {
    this.#seed = seed;
    this.#wire = new Wire(PORT, (passing) => this.#take(passing), mtu);
  }

  /** Begins anew with what chance does. */
  begin(onlooker: Onlooker): void {
    this.#onlooker = onlooker;
    this.#fate = fates(this.#seed);
    this.#count = 0;
  }

  /** Passes on what was sent, with all that comes of it at once. */
  async pass(): Promise<void> {
    this.#wire.take();
    for (let passing; (passing = this.#waiting.shift());) {
      const { segment, datagram, from } = passing;
      if (from === "server" || !(segment?.length || datagram)) {
        this.#onlooker.sent(passing, {});
        this.#wire.deliver(passing);
        continue;
      }
      const fate = this.#fate();
      this.#count++;
      this.#onlooker.sent(passing, fate);
      if (fate.late) this.#late.push({ passing, turn: this.#count + BEHIND });
      else if (!fate.lost) this.#deliver(passing);
      if (fate.twice) this.#deliver(passing);
      this.#deliverLate(({ turn }) => turn <= this.#count);
      await this.#onlooker.read();
    }
  }

  /** The same, and lets what is late arrive, since nothing more is sent. */
  async passAll(): Promise<void> {
    await this.pass();
    while (this.#late.length) {
      this.#deliverLate(() => true);
      await this.#onlooker.read();
      await this.pass();
    }
  }

  /** Passes on what is sent, until something is done. */
  async until<T>(done: Promise<T>): Promise<T> {
    let isDone = false;
    const settled = done.then(() => void (isDone = true));
    while (!isDone) {
      await this.pass();
      if (!isDone && !this.#waiting.length) await Promise.race([settled, this.#sent.promise]);
    }
    return await done;
  }

  /**
   * Done when something was sent, be it after a timer.
   *
   * @throws {PinwireError} `no_segment` if nothing is
   */
  async sent(): Promise<void> {
    if (this.#waiting.length || await withTimeout(LONGEST, this.#sent.promise, systemClock)) return;
    throw new PinwireError("no_segment", `nothing was sent again for ${LONGEST / 1000} s`, {
      hint: "try again on a machine that is less busy",
    });
  }

  [Symbol.dispose](): void {
    this.#wire[Symbol.dispose]();
  }

  #take(passing: Passing): void {
    if (!passing.segment && !passing.datagram) return;
    this.#waiting.push(passing);
    this.#sent.resolve();
    this.#sent = Promise.withResolvers();
  }

  #deliverLate(isDue: (late: { turn: number }) => boolean): void {
    const due = this.#late.filter(isDue);
    this.#late = this.#late.filter((late) => !isDue(late));
    for (const { passing } of due) this.#deliver(passing);
  }

  #deliver(passing: Passing): void {
    this.#wire.deliver(passing);
    this.#onlooker.arrived(passing);
  }
}
