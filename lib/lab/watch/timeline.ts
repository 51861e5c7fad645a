import type { Clock } from "../../net/mod.ts";

/** Something that happened, and when. */
interface Dated {
  time: number;
  arrived: number;
  show: () => void;
}

/**
 * Puts what is told by several, each in its own time, into the order in which it happened: it waits a while for whatever
 * else may have happened before.
 */
export class Timeline {
  readonly #clock: Clock;
  readonly #hold: number;
  #waiting: Dated[] = [];

  /** @param hold ms */
  constructor(clock: Clock, hold: number) {
    this.#clock = clock;
    this.#hold = hold;
  }

  /**
   * @param time when it happened, in whatever unit all have
   * @param show called when its turn has come
   */
  add(time: number, show: () => void): void {
    this.#waiting.push({ time, arrived: this.#clock.now(), show });
    if (this.#waiting.length === 1) this.#wait(this.#hold);
  }

  /** Shows all that waits. */
  flush(): void {
    this.#release(Infinity);
  }

  #wait(ms: number): void {
    this.#clock.after(ms, () => {
      const due = this.#clock.now() - this.#hold;
      const ripe = this.#waiting.filter(({ arrived }) => arrived <= due).map(({ time }) => time);
      this.#release(Math.max(...ripe, -Infinity));
      const [next] = this.#waiting.map(({ arrived }) => arrived).sort((one, other) => one - other);
      if (next !== undefined) this.#wait(Math.max(0, next + this.#hold - this.#clock.now()));
    });
  }

  #release(until: number): void {
    const all = this.#waiting.sort((one, other) => one.time - other.time);
    const end = all.findIndex(({ time }) => time > until);
    this.#waiting = end < 0 ? [] : all.slice(end);
    for (const { show } of end < 0 ? all : all.slice(0, end)) show();
  }
}
