import type { LabEvent } from "../../app/mod.ts";
import { preciseTime, sleep, systemClock } from "../../net/mod.ts";
import type { Audience } from "../stage/stage.ts";
import type { BadWire } from "./bad_wire.ts";
import { NUMBERS, PACE } from "./fates.ts";

/** What is needed to send numbers over a protocol. */
export interface Sending {
  wire: BadWire;
  /** Bytes of each message: as many as a segment has at most, so that none has two of them. */
  size: number;
  teller: Teller;
}

/** Tells what happens in the order in which it did, as slowly as somebody looks: the wire does not wait for that. */
export class Teller {
  /** Done when all was told. */
  told: Promise<void> = Promise.resolve();
  readonly #audience: Audience;

  constructor(audience: Audience) {
    this.#audience = audience;
  }

  tell(event: LabEvent): void {
    this.told = this.told.then(() => this.#audience.tell(event));
  }

  /** What is told next waits for whoever looks. */
  step(): void {
    this.told = this.told.then(() => this.#audience.step());
  }

  record(packet: Uint8Array): void {
    this.#audience.record(packet, preciseTime() * 1000);
  }
}

/** Has a program send all numbers, one after the other. */
export async function sendNumbers(
  { wire, size }: Sending,
  send: (number: number, message: Uint8Array<ArrayBuffer>) => Promise<unknown>,
): Promise<void> {
  for (let number = 1; number <= NUMBERS; number++) {
    if (number > 1) await wire.until(sleep(PACE, systemClock));
    await send(number, new TextEncoder().encode(String(number).padEnd(size, ".")));
    await wire.pass();
  }
}

/** Closes sockets at the end of a block. */
export function closing(...ends: { close(): void }[]): Disposable {
  return { [Symbol.dispose]: () => ends.forEach((end) => end.close()) };
}

/** The number in a message. */
export const numberIn = (message: Uint8Array) => parseInt(new TextDecoder().decode(message));
