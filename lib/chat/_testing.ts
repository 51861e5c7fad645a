import { parseSpec } from "../framing/mod.ts";
import { type Context, type Event, Reporter, Stop } from "../app/mod.ts";
import { utf8 } from "../text/mod.ts";

/** A test that may do nothing but compute. */
export function pure(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

/** Done when all that can happen now has happened. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What a command works with: nothing is printed, and its events go to `onEvent`. */
export function contextOf(
  spec: string,
  onEvent: (event: Event) => void = () => {},
  maxFrame?: number,
): Context {
  return {
    encoding: utf8,
    codec: parseSpec(spec, maxFrame),
    reporter: new Reporter({ program: "", role: "client", forward: onEvent }),
    stop: new Stop(),
    trace: (connection) => connection,
    traceDatagrams: (socket) => socket,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Time that goes on only when it is told to: for `performance.now` and the intervals begun meanwhile. */
export class FakeTime implements Disposable {
  #ms = 1_000;
  #now = performance.now;
  #setInterval = globalThis.setInterval;
  #clearInterval = globalThis.clearInterval;
  #beats = new Map<number, () => void>();

  constructor() {
    let count = 0;
    performance.now = () => this.#ms;
    globalThis.setInterval = ((beat: () => void) => {
      this.#beats.set(++count, beat);
      return count;
    }) as unknown as typeof setInterval;
    globalThis.clearInterval = (number) => void this.#beats.delete(Number(number));
  }

  /** Lets time pass at once; each interval comes once behind it. */
  pass(ms: number): void {
    this.#ms += ms;
    for (const beat of [...this.#beats.values()]) beat();
  }

  [Symbol.dispose](): void {
    performance.now = this.#now;
    globalThis.setInterval = this.#setInterval;
    globalThis.clearInterval = this.#clearInterval;
  }
}
