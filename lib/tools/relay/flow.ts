import { concat } from "@std/bytes/concat";
import type { Clock, Timer } from "../../net/mod.ts";
import type { Random } from "../../packet/random.ts";
import type { Disturbance } from "./disturbance.ts";

/** Bytes that may be on their way in one direction; then nothing more is read. */
const MOST_UNDER_WAY = 4 * 1024 * 1024;
/** Bytes that a read takes beside its own: neither the memory nor the time of a queue may go to thousands of small ones. */
const OVERHEAD = 512;
/** Writes a second that a rate is spread over. */
const RATE_STEPS = 20;
/** Ms by which a timer may come late: a rate makes up for so much. */
const LATENESS = 20;
/** Ms that a datagram waits for the one that is to overtake it. */
const REORDER_TIME = 1000;

/** A read on its way, due at `due` (ms). */
interface Parcel {
  bytes: Uint8Array;
  due: number;
}

/** How a {@linkcode Flow} works. */
export interface FlowOptions {
  disturbance: Disturbance;
  /** Whether a read is a datagram, which stays whole. */
  isDatagram: boolean;
  random: Random;
  clock: Clock;
  /** Takes what comes out, one piece after the other. */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /** Told what `write` has thrown: nothing goes out any more. */
  failed(error: unknown): void;
}

/** What holds reads up, cuts them, puts them together, and loses datagrams, in one direction. */
export class Flow {
  #options: FlowOptions;
  #parcels: Parcel[] = [];
  #underWay = 0;
  /** When the last parcel is due: no later one may come before it. */
  #lastDue = 0;
  /** When the rate lets the next byte go, in ms. */
  #nextTurn = 0;
  #overtaken?: { parcel: Parcel; timer: Timer };
  #working?: Promise<void>;
  #room?: PromiseWithResolvers<void>;
  #waiting?: { timer: Timer; over(): void };
  #isClosed = false;

  constructor(options: FlowOptions) {
    this.#options = options;
  }

  /** If anything is under way, done when it has gone out. */
  get working(): Promise<void> | undefined {
    return this.#working;
  }

  /** Takes a read, which may change afterwards. If much is under way, done when less is. */
  push(bytes: Uint8Array): Promise<void> | undefined {
    const copies = this.#options.isDatagram ? this.#draw(bytes) : [this.#parcel(bytes)];
    for (const parcel of copies) this.#send(parcel);
    if (this.#underWay <= MOST_UNDER_WAY) return undefined;
    return (this.#room ??= Promise.withResolvers()).promise;
  }

  /** Done when all has gone out, and the end may follow. */
  async end(): Promise<void> {
    this.#release();
    const { due } = this.#parcel(new Uint8Array());
    await this.#working;
    await this.#until(due);
  }

  /** What is under way is given up. May be called again. */
  close(): void {
    this.#isClosed = true;
    this.#parcels = [];
    this.#underWay = 0;
    this.#overtaken?.timer.cancel();
    this.#waiting?.timer.cancel();
    this.#waiting?.over();
    this.#room?.resolve();
  }

  #parcel(bytes: Uint8Array): Parcel {
    const { disturbance: { delay }, random, clock } = this.#options;
    const chance = random();
    const wait = delay ? delay.ms + delay.jitter * (2 * chance - 1) : 0;
    this.#lastDue = Math.max(this.#lastDue, clock.now() + wait);
    return { bytes: bytes.slice(), due: this.#lastDue };
  }

  // Every datagram takes the same draws, whatever becomes of it, so that each option repeats from a seed by itself.
  #draw(bytes: Uint8Array): Parcel[] {
    const { disturbance: { loss = 0, duplicate = 0, reorder = 0 }, random, clock } = this.#options;
    const [isLost, isDouble, isLate] = [random() < loss, random() < duplicate, random() < reorder];
    const parcel = this.#parcel(bytes);
    if (isLost) return [];
    const copies = isDouble ? [parcel, parcel] : [parcel];
    if (isLate && !this.#overtaken) {
      this.#overtaken = { parcel, timer: clock.after(REORDER_TIME, () => this.#release()) };
      return copies.slice(1);
    }
    return this.#overtaken ? [...copies, this.#takeOvertaken()] : copies;
  }

  #takeOvertaken(): Parcel {
    const { parcel, timer } = this.#overtaken!;
    timer.cancel();
    this.#overtaken = undefined;
    return parcel;
  }

  #release(): void {
    if (this.#overtaken) this.#send(this.#takeOvertaken());
  }

  #send(parcel: Parcel): void {
    if (this.#isClosed) return;
    this.#parcels.push(parcel);
    this.#underWay += weight(parcel);
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    try {
      await this.#sendAll();
    } catch (error) {
      this.close();
      this.#options.failed(error);
    } finally {
      this.#working = undefined;
    }
  }

  async #sendAll(): Promise<void> {
    const { disturbance: { glue } } = this.#options;
    while (this.#parcels.length) {
      await this.#until(this.#parcels[0].due);
      if (glue !== undefined) await this.#wait(glue);
      if (this.#isClosed) return;
      const now = this.#options.clock.now();
      const count = glue === undefined ? 1 : this.#parcels.findLastIndex(({ due }) => due <= now) + 1 || 1;
      const together = this.#parcels.splice(0, count);
      await this.#write(count === 1 ? together[0].bytes : concat(together.map(({ bytes }) => bytes)));
      for (const parcel of together) this.#underWay -= weight(parcel);
      if (this.#underWay <= MOST_UNDER_WAY) this.#makeRoom();
    }
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const { disturbance: { rate, chunk = Infinity }, isDatagram, clock, write } = this.#options;
    const most = isDatagram ? Infinity : Math.min(chunk, rate ? Math.ceil(rate / RATE_STEPS) : Infinity);
    let at = 0;
    do {
      const piece = most < bytes.length ? bytes.subarray(at, at + most) : bytes;
      if (rate) {
        await this.#until(this.#nextTurn);
        const now = clock.now();
        if (now - this.#nextTurn > LATENESS) this.#nextTurn = now;
        this.#nextTurn += piece.length / rate * 1000;
      }
      if (this.#isClosed) return;
      await write(piece);
      at += piece.length;
    } while (at < bytes.length);
  }

  #until(time: number): Promise<void> | undefined {
    const ms = time - this.#options.clock.now();
    return ms > 0 ? this.#wait(ms) : undefined;
  }

  #wait(ms: number): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    return new Promise((resolve) => {
      const over = () => {
        this.#waiting = undefined;
        resolve();
      };
      this.#waiting = { timer: this.#options.clock.after(ms, over), over };
    });
  }
}

const weight = ({ bytes }: Parcel) => bytes.length + OVERHEAD;
