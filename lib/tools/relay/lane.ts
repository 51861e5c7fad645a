import type { Clock, Connection } from "../../net/mod.ts";
import type { Random } from "../../packet/random.ts";
import type { Disturbance } from "./disturbance.ts";
import { Flow } from "./flow.ts";
import { Gate } from "./gate.ts";

/** What happens to both connections once so many bytes have passed in one direction. */
export type Ending = "cut" | "reset";

/** What ended a lane, and whose connection it was. */
export interface Failure {
  error: unknown;
  by: Connection;
}

/** What a {@linkcode Lane} works with. */
export interface LaneOptions {
  source: Connection;
  target: Connection;
  disturbance: Disturbance;
  /** Whether a read is a datagram, which stays whole. */
  isDatagram: boolean;
  random: Random;
  clock: Clock;
  /** Told that the bytes are through that `--cut` or `--reset` waits for. */
  end(how: Ending): void;
  /** Told what kept bytes from going out that came in earlier: the target has gone. */
  failed(error: unknown): void;
}

/** One direction of a relayed connection: what comes from the source goes to the target, as it is or disturbed. */
export class Lane {
  /** Lets nothing pass while it is shut. */
  readonly gate = new Gate();
  #options: LaneOptions;
  #flow?: Flow;
  #passed = 0;
  /** What is to happen, in the order of the bytes before it. */
  #milestones: { at: number; what: Ending | "stall" }[];
  /** The last write. */
  #writing?: Promise<void>;
  /** Reads that are still being passed on. */
  #taking = 0;
  #isDraining = false;
  #isClosed = false;
  #closed = Promise.withResolvers<void>();

  constructor(options: LaneOptions) {
    this.#options = options;
    const { delay, rate, chunk, glue, loss, duplicate, reorder } = options.disturbance;
    if ([delay, rate, chunk, glue, loss, duplicate, reorder].some((one) => one !== undefined)) {
      this.#flow = new Flow({ ...options, write: (bytes) => this.#pass(bytes) });
    }
    this.#milestones = (["stall", "cut", "reset"] as const)
      .flatMap((what) => ({ at: options.disturbance[what] ?? NaN, what }))
      .filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at);
  }

  /** Bytes that have gone out. */
  get passed(): number {
    return this.#passed;
  }

  /** Whether what has come is still on its way, be it held up or not taken yet. */
  get isBusy(): boolean {
    return this.#taking > 0 || this.#flow?.working !== undefined;
  }

  /** Takes no more from now on. Done when the bytes that are under way have gone out, or can't. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await this.#flow?.working;
    await this.#writing?.catch(() => {});
  }

  /**
   * Passes on what comes until the source ends its side, or can't be read or the target not be written any more.
   *
   * @returns what went wrong, if anything did, and with whom, once all that had come before it is through
   */
  async run(): Promise<Failure | undefined> {
    this.#lookAhead();
    const { source, target } = this.#options;
    let failure: Failure | undefined;
    try {
      await source.receive(this.#take);
    } catch (error) {
      const isOurs = await this.#writing?.then(() => false, () => true);
      failure = { error, by: isOurs ? target : source };
    }
    await this.#flow?.end();
    while (this.gate.opened) await this.gate.opened;
    return failure;
  }

  /** Lets nothing pass any more. */
  close(): void {
    this.#isClosed = true;
    this.#closed.resolve();
    this.#flow?.close();
    this.gate.open();
  }

  // What still comes in once all is over is read, so that the end of it is seen, and dropped.
  #take = (bytes: Uint8Array): Promise<void> | undefined => {
    if (this.#isClosed) return undefined;
    if (this.#isDraining) return this.#closed.promise;
    const passing = this.#flow ? this.#flow.push(bytes) : this.#pass(bytes);
    if (!passing) return undefined;
    this.#taking++;
    return passing.finally(() => this.#taking--);
  };

  #pass(bytes: Uint8Array): Promise<void> | undefined {
    if (this.gate.opened || this.#milestones.length) return this.#passInParts(bytes);
    return this.#write(bytes);
  }

  async #passInParts(bytes: Uint8Array): Promise<void> {
    const { isDatagram } = this.#options;
    let at = 0;
    do {
      while (this.gate.opened) await this.gate.opened;
      if (this.#isClosed) return;
      const room = isDatagram || !this.#milestones.length ? Infinity : this.#milestones[0].at - this.#passed;
      const part = room < bytes.length - at ? bytes.subarray(at, at + room) : bytes.subarray(at);
      await this.#write(part);
      at += part.length;
      this.#lookAhead();
    } while (at < bytes.length);
  }

  #write(bytes: Uint8Array): Promise<void> | undefined {
    this.#passed += bytes.length;
    return this.#writing = this.#options.target.write(bytes);
  }

  /** Does what is to happen behind the bytes that have passed. */
  #lookAhead(): void {
    while (!this.#isClosed && this.#milestones.length && this.#milestones[0].at <= this.#passed) {
      const { what } = this.#milestones.shift()!;
      if (what === "stall") this.gate.shut("stalled");
      else this.#options.end(what);
    }
  }
}
