import { PinwireError } from "../errors.ts";
import { Reservations } from "./reservations.ts";
import type { Gpio, Line, LineState, OutputOptions, OutputPin } from "./types.ts";

/** A level that a simulated line took on. */
export interface Change {
  /** When, in milliseconds of the adapter's clock. */
  readonly time: number;
  /** The level, 1 is high. */
  readonly value: 0 | 1;
}

/** How many lines there are: as many as the header's chip has. */
const LINES = 54;

/**
 * A chip in memory, for machines without GPIO and for tests. A line that is closed keeps its level.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const gpio = new SimulatedGpio();
 * const line = { offset: 17, name: "11", label: "pin 11 (GPIO17)" };
 * const pin = await gpio.openOutput(line, { initial: false, consumer: "the example" });
 * pin.write(true);
 * pin.close(true);
 * assertEquals(gpio.record(17).map(({ value }) => value), [0, 1]);
 * ```
 */
export class SimulatedGpio implements Gpio {
  readonly kind = "simulated";
  readonly chip = "simulated";
  #now: () => number;
  #open = new Reservations();
  #records = new Map<number, Change[]>();

  /** @param now the time in milliseconds, for the records */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The levels that the line has had since it became an output, oldest first; at most the last 10,000. */
  record(offset: number): readonly Change[] {
    return this.#records.get(offset) ?? [];
  }

  openOutput(line: Line, options: OutputOptions): Promise<OutputPin> {
    return new Promise((resolve) => resolve(this.#openNow(line, options)));
  }

  inspect({ offset }: Line): LineState | undefined {
    return this.#records.has(offset) ? { direction: "out", high: this.#level(offset) } : undefined;
  }

  #openNow(line: Line, { activeLow = false, initial, consumer }: OutputOptions): OutputPin {
    if (line.offset >= LINES) {
      throw new PinwireError("no_such_line", `the simulated chip has no ${line.label}`, {
        hint: `its lines are 0 to ${LINES - 1}`,
      });
    }
    this.#open.take(line, consumer);
    let isOpen = true;
    const write = (on: boolean) => this.#drive(line.offset, on !== activeLow);
    const read = () => this.#level(line.offset) !== activeLow;
    if (initial !== "keep") write(initial);
    else if (!this.#records.has(line.offset)) write(false);
    return {
      line,
      read,
      write,
      close: () => {
        if (isOpen) this.#open.free(line);
        isOpen = false;
      },
    };
  }

  #level(offset: number): boolean {
    return this.#records.get(offset)?.at(-1)?.value === 1;
  }

  #drive(offset: number, high: boolean): void {
    const record = this.#records.get(offset);
    const change: Change = { time: this.#now(), value: high ? 1 : 0 };
    if (!record) this.#records.set(offset, [change]);
    else if (record.at(-1)!.value !== change.value) {
      record.push(change);
      // A blinking pin would fill the memory of an agent that runs for years.
      if (record.length > LONGEST_RECORD) record.shift();
    }
  }
}

const LONGEST_RECORD = 10_000;
