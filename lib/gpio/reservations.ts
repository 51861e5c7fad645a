import { PinwireError } from "../errors.ts";
import type { Line } from "./types.ts";

/** Which lines are open in this process, and for whom: a line is open once at a time. */
export class Reservations {
  #consumers = new Map<number, string>();

  /** @throws {PinwireError} `pin_busy`, naming the one that has it open */
  take({ offset, label }: Line, consumer: string): void {
    const holder = this.#consumers.get(offset);
    if (holder !== undefined) {
      throw new PinwireError("pin_busy", `${label} is taken by ${holder}`, {
        hint: `give ${consumer} another pin`,
      });
    }
    this.#consumers.set(offset, consumer);
  }

  free({ offset }: Line): void {
    this.#consumers.delete(offset);
  }
}
