import { LruMap } from "../../session/mod.ts";

/** What happened to a numbered datagram on its way. */
export interface Passage {
  /** How many numbers before it have not come. */
  lost: number;
  /** Whether one that was sent later has come before it. */
  isLate: boolean;
  /** Whether it has come already. */
  isDouble: boolean;
}

/** How many numbers are remembered, to tell a datagram that is late from one that comes twice. */
const REMEMBERED = 1_024;
/** How many runs of a sender are followed: a forged run, or a late datagram of an earlier run, disturbs no other. */
const MOST_RUNS = 4;

/** Follows the numbers of one sender's datagrams. */
export class SequenceTracker {
  #runs = new LruMap<string, Run>(MOST_RUNS);

  /**
   * Notes that a number has come.
   *
   * @param id the sender's run: another one when the sender has started again
   */
  note(id: string, number: number): Passage {
    const run = this.#runs.get(id) ?? new Run(number);
    this.#runs.set(id, run);
    return run.note(number);
  }
}

class Run {
  #next: number;
  #seen = new Set<number>();

  constructor(first: number) {
    this.#next = first;
  }

  note(number: number): Passage {
    const isDouble = this.#seen.has(number);
    const isLate = !isDouble && number < this.#next;
    const lost = Math.max(0, number - this.#next);
    this.#next = Math.max(this.#next, number + 1);
    this.#seen.add(number);
    if (this.#seen.size > REMEMBERED) this.#forget();
    return { lost, isLate, isDouble };
  }

  #forget(): void {
    for (const old of this.#seen) if (old < this.#next - REMEMBERED / 2) this.#seen.delete(old);
  }
}

/** `#a3f9.12 hello`: the sender's run, and the datagram's number, counted from 1. */
export const numberedDatagram = (run: string, number: number, text: string) => `#${run}.${number} ${text}`;

/** Reads a text made by {@linkcode numberedDatagram}. */
export function parseDatagram(text: string): { run: string; number: number; text: string } | undefined {
  const [, run, number, rest] = text.match(/^#([0-9a-f]{4})\.(\d{1,15}) ([^]*)$/) ?? [];
  return run === undefined ? undefined : { run, number: Number(number), text: rest };
}
