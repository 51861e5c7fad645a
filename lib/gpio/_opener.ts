/**
 * A process of its own, with rights of its own, that switches a line on:
 *
 *     _opener.ts OFFSET PATIENCE [ROOT]
 *
 * It prints the result as JSON, and ends without closing the line.
 */
import { PinwireError } from "../errors.ts";
import { SysfsGpio } from "./sysfs.ts";

/** What is printed: whether the line is on, or why not. */
export interface Opened {
  on?: boolean;
  /** The code of a PinwireError, or the name of another error. */
  code?: string;
  sentence?: string;
  /** How long it took. */
  ms: number;
}

async function open([offset, patience, root]: string[]): Promise<Omit<Opened, "ms">> {
  try {
    const gpio = new SysfsGpio({ root, patience: Number(patience) });
    const line = { offset: Number(offset), name: offset, label: `line ${offset}` };
    const pin = await gpio.openOutput(line, { initial: true, consumer: "a process" });
    return { on: pin.read() };
  } catch (error) {
    if (error instanceof PinwireError) return { code: error.code, sentence: error.sentence };
    return { code: (error as Error).name };
  }
}

if (import.meta.main) {
  const begin = performance.now();
  const result = await open(Deno.args);
  console.log(JSON.stringify({ ...result, ms: performance.now() - begin }));
}
