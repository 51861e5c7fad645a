import { PinwireError } from "../../errors.ts";
import type { Partner } from "./partner.ts";

/** What the other side was expected to say since our side said something, and how much of it did not come. */
export class Missing {
  readonly #partner: Pick<Partner, "name" | "isDatagram" | "inbox">;
  /** Where it begins to be missing. */
  #from?: number;
  #expected = 0;
  #missing = 0;

  constructor(partner: Pick<Partner, "name" | "isDatagram" | "inbox">) {
    this.#partner = partner;
  }

  /** Whether something was waited for in vain, so that the rest of the turn is not waited for. */
  get isSilent(): boolean {
    return this.#missing > 0;
  }

  /** `length` bytes or datagrams from `offset` on were expected, of which some did not come. */
  add(offset: number, length: number, missing: number): void {
    if (missing > 0) this.#from ??= offset + length - missing;
    this.#expected += length;
    this.#missing += missing;
  }

  /** Another turn begins. */
  clear(): void {
    this.#from = undefined;
    this.#expected = this.#missing = 0;
  }

  /** What is missing. */
  sentence(wait: number): PinwireError {
    const { name, isDatagram } = this.#partner;
    const what = count(this.#expected, isDatagram ? "datagram" : "byte");
    const place = isDatagram ? `from datagram ${this.#from! + 1}` : `from byte ${this.#from}`;
    return this.#error(
      `${this.#missing} of the ${what} that ${name} said in the recording are missing, ${place} on`,
      wait,
    );
  }

  /** The end of its side is missing. */
  end(wait: number): PinwireError {
    return this.#error(`${this.#partner.name} does not end its side as in the recording`, wait);
  }

  #error(message: string, wait: number): PinwireError {
    const { inbox } = this.#partner;
    const hint = inbox.hasEnded
      ? "it has ended its side instead"
      : inbox.size
      ? "it says more instead"
      : `it was silent for ${wait / 1000} s; wait longer with --wait if it needs that`;
    return new PinwireError("missing", message, { hint });
  }
}

/** What is told of bytes that were on the wire and are not in the recording. */
export function gapOf(length: number, place: number, isOwn: boolean, isDatagram: boolean): PinwireError {
  const where = isDatagram ? `of datagram ${place}` : `from byte ${place} on`;
  return new PinwireError(
    "gap",
    `the recording lacks ${count(length, "byte")} ${where} of ${isOwn ? "our" : "the other"} side`,
    { hint: isOwn ? "they are left out" : "whatever is there is taken" },
  );
}

/** `1 byte`, `2 bytes`. */
export const count = (number: number, unit: "byte" | "datagram"): string =>
  `${number} ${unit}${number === 1 ? "" : "s"}`;
