import type { Clock, Timer } from "./clock.ts";

/** A clock for unit tests: time passes only in {@linkcode FakeClock.pass}. */
export class FakeClock implements Clock {
  #now = 1_000;
  /** What {@linkcode wall} says ahead of {@linkcode now}, in ms. A test may set it. */
  wallOffset = Date.UTC(2026, 10, 21, 10) - 1_000;
  #due = new Set<{ at: number; action: () => void; every?: number }>();

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now + this.wallOffset;
  }

  after(ms: number, action: () => void): Timer {
    return this.#add({ at: this.#now + ms, action });
  }

  every(ms: number, action: () => void): Timer {
    return this.#add({ at: this.#now + ms, action, every: ms });
  }

  /** How many timers wait: a test that ends with some has found a leak. */
  get pending(): number {
    return this.#due.size;
  }

  /** Lets `ms` pass and calls what is due meanwhile, in order. What it calls may set new timers. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (let next; (next = this.#next(end));) {
      this.#now = Math.max(this.#now, next.at);
      if (next.every === undefined) this.#due.delete(next);
      else next.at += next.every;
      next.action();
    }
    this.#now = end;
  }

  /** The machine sleeps: `ms` pass, and what is due meanwhile is called late, by the next {@linkcode pass}. */
  sleep(ms: number): void {
    this.#now += ms;
  }

  #next(end: number) {
    let first;
    for (const one of this.#due) if (one.at <= end && (!first || one.at < first.at)) first = one;
    return first;
  }

  #add(one: { at: number; action: () => void; every?: number }): Timer {
    this.#due.add(one);
    return { cancel: () => void this.#due.delete(one) };
  }
}
