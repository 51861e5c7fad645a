/** What became of a numbered datagram on its way. */
export interface Passage {
  /** Numbers between it and the last one that did not come. */
  lost: number;
  /** It came behind one that was sent after it. */
  isLate: boolean;
  /** It came before. */
  isDouble: boolean;
}

/** Numbers that are remembered, to tell one that is late from one that comes twice. */
const REMEMBERED = 1_024;
/** Runs of a sender that are followed: a forged one, or a late datagram of an earlier one, disturbs no other. */
const MOST_RUNS = 4;

/** Follows the numbers of one sender. */
export class SequenceTracker {
  #runs = new Map<string, Run>();

  /** @param id changes when the sender starts anew */
  note(id: string, number: number): Passage {
    const run = this.#runs.get(id) ?? new Run(number);
    this.#runs.delete(id);
    this.#runs.set(id, run);
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > MOST_RUNS) this.#runs.delete(oldest);
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

/** `#a3f9.12 hello`: a run of the sender, and a number that counts from 1. */
export const numberedDatagram = (run: string, number: number, text: string) => `#${run}.${number} ${text}`;

/** Reads what {@linkcode numberedDatagram} makes. */
export function parseDatagram(text: string): { run: string; number: number; text: string } | undefined {
  const [, run, number, rest] = text.match(/^#([0-9a-f]{4})\.(\d{1,15}) ([^]*)$/) ?? [];
  return run === undefined ? undefined : { run, number: Number(number), text: rest };
}
