import type { Feed } from "./feed.ts";
import type { Subscriber } from "./subscriber.ts";

/**
 * Writes begun in one turn of the event loop. With more than about 128 operations ready in a turn the runtime
 * becomes slow and unfair to those at the end.
 */
const WRITES_A_TURN = 100;

/** Bytes of lines that may wait for a round before whoever says more has to wait for it. */
const AHEAD = 32_768;

/** Wakes the subscribers of feeds that have something new, all feeds' in turn, some at a time. */
export class WriteScheduler {
  #due: Feed[] = [];
  #subscribers?: Iterator<Subscriber>;
  #isScheduled = false;
  #ahead = 0;
  #caughtUp?: PromiseWithResolvers<void>;

  /** So many bytes were appended to the feed. */
  wake(feed: Feed, bytes: number): void {
    this.#ahead += bytes;
    if (feed.isDue) return;
    feed.isDue = true;
    this.#due.push(feed);
    this.#schedule();
  }

  /**
   * If lines come faster than their writes are begun, done when they are: otherwise a burst would fill the queues of
   * those who do read. Nobody waits here for a slow subscriber.
   */
  caughtUp(): Promise<void> | undefined {
    if (this.#ahead < AHEAD) return undefined;
    return (this.#caughtUp ??= Promise.withResolvers()).promise;
  }

  /** Begins all writes at once: for the end. */
  finish(): void {
    this.#begin(Infinity);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#begin(WRITES_A_TURN);
      if (this.#due.length) this.#schedule();
    });
  }

  #begin(writes: number): void {
    while (writes > 0 && this.#due.length) {
      if (!this.#subscribers) {
        // What is appended from now on makes another round.
        this.#due[0].isDue = false;
        this.#subscribers = this.#due[0].subscribers.values();
      }
      const { done, value } = this.#subscribers.next();
      if (done) {
        this.#subscribers = undefined;
        this.#due.shift();
      } else if (value.wake()) writes--;
    }
    if (this.#due.length) return;
    this.#ahead = 0;
    this.#caughtUp?.resolve();
    this.#caughtUp = undefined;
  }
}
