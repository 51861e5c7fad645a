import { type Clock, HALF_CLOSE_TIME, withTimeout } from "../net/mod.ts";
import type { Source } from "./stdio.ts";

/** Waits until nothing has moved for `ms`, or until `over` is fulfilled; what it is rejected with is thrown. */
export async function untilSilent(
  ms: number,
  lastMove: () => number,
  over: Promise<unknown>,
  clock: Clock,
): Promise<void> {
  for (let left: number; (left = lastMove() + ms - clock.now()) > 0;) {
    if (await withTimeout(left, over, clock)) return;
  }
}

/** Waits until `count` has stayed the same for `ms`, with nothing under way, or until `over` is fulfilled. */
export async function untilStill(
  ms: number,
  count: () => number,
  isBusy: () => boolean,
  over: Promise<unknown>,
  clock: Clock,
): Promise<void> {
  for (let before = -1; isBusy() || before !== count();) {
    before = count();
    if (await withTimeout(ms, over, clock)) return;
  }
}

/** Sends what a source gives, one piece after the other, until its end or until it is stopped. */
export class Pump {
  /** Done at the end of the source, or once it is stopped; rejects with what reading and sending throw. */
  readonly done: Promise<void>;
  #over = Promise.withResolvers<void>();
  #isStopped = false;
  #isSending = false;
  #sent = 0;

  /** @param send is done once the piece may change */
  constructor(source: Source, send: (piece: Uint8Array) => Promise<void> | undefined) {
    this.done = this.#over.promise;
    this.#run(source, send).then(this.#over.resolve, this.#over.reject);
    // Whoever waits for it gets the rejection.
    this.done.catch(() => {});
  }

  /** Sends no more; a piece that is being waited for stays where it is. */
  stop(): void {
    this.#isStopped = true;
    this.#over.resolve();
  }

  /**
   * For when the peer has ended its side. It may still be sent to, for as long as there is something: done at the end
   * of the source, or when nothing came to be sent for 5 s. It may have gone for good, and only a write would tell.
   */
  async lapses(clock: Clock): Promise<void> {
    await untilStill(HALF_CLOSE_TIME, () => this.#sent, () => this.#isSending, this.done, clock);
  }

  async #run(source: Source, send: (piece: Uint8Array) => Promise<void> | undefined): Promise<void> {
    while (!this.#isStopped) {
      const piece = await source.peek();
      if (this.#isStopped || !piece) return;
      source.take();
      this.#isSending = true;
      await send(piece);
      this.#isSending = false;
      this.#sent++;
    }
  }
}
