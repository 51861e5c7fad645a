import { FakeClock, turn } from "../../app/_testing.ts";
import { randomFor } from "../../packet/random.ts";
import type { Disturbance } from "./disturbance.ts";
import { Flow, type FlowOptions } from "./flow.ts";

export const utf8 = (text: string) => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A flow on a clock of its own, and what came out of it. */
export class FlowWorld {
  readonly clock = new FakeClock();
  readonly flow: Flow;
  /** What was written, each with its time in ms from the beginning. */
  readonly written: [at: number, text: string][] = [];
  readonly failures: unknown[] = [];
  #start = this.clock.now();

  constructor(disturbance: Disturbance, options: Partial<FlowOptions> & { seed?: number } = {}) {
    this.flow = new Flow({
      disturbance,
      isDatagram: false,
      random: randomFor(options.seed ?? 7, 1, 0),
      clock: this.clock,
      write: (bytes) => void this.written.push([this.clock.now() - this.#start, textOf(bytes)]),
      failed: (error) => void this.failures.push(error),
      ...options,
    });
  }

  /** Pushes each of these, whatever is under way. */
  push(...texts: string[]): void {
    for (const text of texts) this.flow.push(utf8(text));
  }

  /** Lets time pass, ms by ms. */
  async pass(ms: number): Promise<void> {
    await turn();
    for (let i = 0; i < ms; i++) {
      this.clock.pass(1);
      await turn();
    }
  }

  /** The texts that were written. */
  get texts(): string[] {
    return this.written.map(([, text]) => text);
  }
}
