import { afterReady } from "../../net/mod.ts";
import type { Feed, FeedSubscriber } from "./feed.ts";

/** How many writes are begun in one turn: what is said meanwhile goes into the same write for those who come later. */
const WRITES_A_TURN = 100;

/** So many bytes may be appended ahead of their writes. Beyond that, whoever says more has to wait. */
const AHEAD = 32_768;

/** Wakes the subscribers of the feeds that have something new: feed after feed, some subscribers in each turn. */
export class WriteScheduler {
  #due: Feed[] = [];
  #subscribers?: Iterator<FeedSubscriber>;
  #isScheduled = false;
  /** A write of the last turn is still under way. */
  #isUnderWay = false;
  #ahead = 0;
  #caughtUp?: PromiseWithResolvers<void>;

  /** `bytes` were appended to the feed: its subscribers are to be woken. */
  wake(feed: Feed, bytes: number): void {
    this.#ahead += bytes;
    if (feed.isDue) return;
    feed.isDue = true;
    this.#due.push(feed);
    this.#schedule();
  }

  /**
   * If lines come faster than their writes begin, a promise that all writes have begun: without this wait a burst would
   * fill the queues of those who do read. It never waits for a slow subscriber.
   */
  caughtUp(): Promise<void> | undefined {
    if (this.#ahead < AHEAD) return undefined;
    return (this.#caughtUp ??= Promise.withResolvers()).promise;
  }

  /** Begins all writes at once. For the end of the server. */
  finish(): void {
    this.#begin(Infinity);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // With more than about 128 operations ready at a time the runtime becomes slow, and unfair to the last of them.
    if (this.#isUnderWay) setImmediate(this.#onTurn);
    else afterReady(this.#onTurn);
  }

  #onTurn = () => {
    this.#isScheduled = false;
    this.#isUnderWay = false;
    this.#begin(WRITES_A_TURN);
    if (this.#due.length) this.#schedule();
  };

  #begin(writes: number): void {
    while (writes > 0 && this.#due.length) {
      if (!this.#subscribers) {
        // What is appended from now on needs another round.
        this.#due[0].isDue = false;
        this.#subscribers = this.#due[0].subscribers.values();
      }
      const { done, value } = this.#subscribers.next();
      if (done) {
        this.#subscribers = undefined;
        this.#due.shift();
        continue;
      }
      const woken = value.wake();
      if (woken !== "idle") writes--;
      if (woken === "writing") this.#isUnderWay = true;
    }
    if (this.#due.length) return;
    this.#ahead = 0;
    this.#caughtUp?.resolve();
    this.#caughtUp = undefined;
  }
}
