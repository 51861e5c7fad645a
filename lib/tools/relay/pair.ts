import { PinwireError } from "../../errors.ts";
import {
  type Clock,
  type Connection,
  hasGone,
  isOverTcp,
  type Peer,
  sleep,
  withTimeout,
} from "../../net/mod.ts";
import { randomFor } from "../../packet/random.ts";
import { untilStill } from "../pump.ts";
import { type Direction, DIRECTIONS, type Disturbance } from "./disturbance.ts";
import { type Ending, Lane } from "./lane.ts";

/** Ms that who is cut off or reset has to take what came before. */
const ARRIVAL_TIME = 60_000;
/** The longest ms between two looks whether it has. */
const LONGEST_LOOK = 100;
/** Ms of silence after which who is asked through a WebSocket has no more to answer. */
const ANSWER_TIME = 2000;
/** Ms that who was cut off has to leave by itself. */
const LEAVING_TIME = 2000;

/** What a {@linkcode Pair} works with. */
export interface PairOptions {
  /** From 1, in the order in which clients came. */
  number: number;
  client: Connection;
  target: Connection;
  disturbances: Record<Direction, Disturbance>;
  isDatagram: boolean;
  seed: number;
  clock: Clock;
  /** Whether TCP can be reset here. */
  hasResets: boolean;
  /** Told that a reset became a close. */
  notReset(peer: Peer): void;
}

/** A client's connection and the one to the target. */
export class Pair {
  readonly number: number;
  /** The client, as events name it. */
  readonly peer: string;
  /** When it began, in ms of the clock. */
  readonly began: number;
  readonly lanes: Readonly<Record<Direction, Lane>>;
  #options: PairOptions;
  #running?: Record<Direction, Promise<void>>;
  /** Done when nothing comes any more in a direction, and all that came is through. */
  #lanesOver: Partial<Record<Direction, Promise<unknown>>> = {};
  /** What ended it, if not both sides by themselves. */
  #fate: unknown;
  #isOver = false;
  #isHurried = false;
  /** Done when the bytes before a cut are with who is to have them. */
  #leaving?: Promise<void>;

  constructor(options: PairOptions) {
    const { number, client, target, clock } = options;
    this.#options = options;
    this.number = number;
    this.peer = client.peer.name;
    this.began = clock.now();
    this.lanes = { up: this.#lane("up", client, target), down: this.#lane("down", target, client) };
  }

  /**
   * Passes everything on until both sides have ended, or one end resets its connection, which resets the other's.
   *
   * @throws {PinwireError} why it ended, if not by the ends of both streams
   */
  async run(): Promise<void> {
    const { client, target } = this.#options;
    const running = this.#running = { up: this.#pass("up", target), down: this.#pass("down", client) };
    await Promise.all([running.up, running.down]);
    this.#finish(undefined, {});
    await Promise.allSettled([running.up, running.down, this.#leaving]);
    if (this.#fate) throw this.#fate;
  }

  /** Reads no more from now on. Done when the bytes under way have gone out. */
  async drain(): Promise<void> {
    await Promise.all(DIRECTIONS.map((direction) => this.lanes[direction].drain()));
  }

  /** Lets nothing pass in either direction until {@linkcode resume}. */
  hold(reason: string): void {
    // While somebody has time to leave, what comes is still read.
    if (this.#isOver) return;
    for (const direction of DIRECTIONS) this.lanes[direction].gate.shut(reason);
  }

  /** Lets everything pass again. */
  resume(): void {
    for (const direction of DIRECTIONS) this.lanes[direction].gate.open();
  }

  /**
   * Ends both connections.
   *
   * @param how with a reset, as a program that closes them, or without a word
   * @param to who is still to have the bytes that have gone out
   */
  end(how: Ending | "stop", to?: Connection): void {
    this.#isHurried = how === "stop";
    const fate = {
      stop: undefined,
      cut: ended("connection_closed", "was cut"),
      reset: ended("connection_reset", "was reset"),
    }[how];
    this.#finish(fate, { isReset: how === "reset", to });
  }

  /** One of the two connections, `by`, has failed. */
  fail(error: unknown, by?: Connection): void {
    // Whoever can't be written to any more has reset the connection, or gone while bytes were on their way to it, which is
    // answered by a reset (RFC 9293, section 3.10.7).
    this.#finish(error, { isReset: hasGone(error), gone: by });
  }

  #lane(direction: Direction, source: Connection, target: Connection): Lane {
    const { number, seed, disturbances, isDatagram, clock } = this.#options;
    return new Lane({
      source,
      target,
      isDatagram,
      clock,
      disturbance: disturbances[direction],
      random: randomFor(seed, number, DIRECTIONS.indexOf(direction)),
      end: (how) => this.end(how, target),
      failed: (error) => void this.#writeFailed(direction, error),
    });
  }

  async #pass(direction: Direction, to: Connection): Promise<void> {
    const failure = await (this.#lanesOver[direction] = this.lanes[direction].run());
    if (failure?.by === to) return await this.#writeFailed(direction, failure.error);
    if (failure) return this.fail(failure.error, failure.by);
    // A reset can come as an error of a write under way, and as a mere end to whoever reads.
    await sleep(0, this.#options.clock);
    // A WebSocket ends whole: what was asked by TCP before its end would not be answered any more.
    const { client, target } = this.#options;
    const from = to === client ? target : client;
    if (to.peer.endsWhole && !from.peer.endsWhole) await this.#silence(direction === "up" ? "down" : "up");
    if (this.#isOver) return;
    await to.closeWrite().catch((error) => {
      if (!hasGone(error)) this.fail(error, to);
    });
  }

  /** Done when nothing has passed for a while, or nothing comes any more. */
  async #silence(direction: Direction): Promise<void> {
    const lane = this.lanes[direction];
    const over = Promise.resolve(this.#lanesOver[direction]);
    await untilStill(ANSWER_TIME, () => lane.passed, () => lane.isBusy, over, this.#options.clock);
  }

  // Whoever takes no more may have said something before: that arrives first.
  async #writeFailed(direction: Direction, error: unknown): Promise<void> {
    const { client, target } = this.#options;
    await this.#lanesOver[direction === "up" ? "down" : "up"];
    this.fail(error, direction === "up" ? target : client);
  }

  #finish(
    fate: unknown,
    { isReset, gone, to }: { isReset?: boolean; gone?: Connection; to?: Connection },
  ): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#fate = fate;
    const both = [this.#options.client, this.#options.target];
    for (const direction of DIRECTIONS) this.lanes[direction].close();
    const finish = isReset ? () => this.#reset(gone) : () => both.forEach((one) => one.close());
    const receiver = to ?? both.find((one) => isReset && gone && one !== gone);
    // Of datagrams nobody knows whether they arrive.
    if (!receiver || this.#options.isDatagram) return finish();
    if (!isReset) both.find((one) => one !== receiver)?.close();
    this.#leaving = this.#deliver(receiver, Boolean(isReset)).then(finish);
  }

  #reset(gone?: Connection): void {
    const { client, target, hasResets, notReset } = this.#options;
    for (const connection of [client, target]) {
      const { peer } = connection;
      if (connection === gone) connection.close();
      // Where there are resets, it has gone already.
      else if (!connection.reset() && !(hasResets && isOverTcp(peer))) notReset(peer);
    }
  }

  /** Done when what has gone out has arrived, or can't in time. */
  async #deliver(to: Connection, isReset: boolean): Promise<void> {
    const { client, clock } = this.#options;
    if (!isReset) await to.closeWrite().catch(() => {});
    const deadline = clock.now() + ARRIVAL_TIME;
    for (let look = 1; to.unsent && clock.now() < deadline && !this.#isHurried; look *= 2) {
      await sleep(Math.min(look, LONGEST_LOOK), clock);
    }
    if (isReset || this.#isHurried) return;
    // To close it with something unread would be a reset too (RFC 2525, section 2.17).
    const reading = to === client ? this.#running!.up : this.#running!.down;
    await withTimeout(LEAVING_TIME, reading, clock).catch(() => {});
  }
}

const ended = (code: string, how: string) => new PinwireError(code, `the connection ${how} by the relay`);
