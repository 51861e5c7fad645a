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

/** Follows the numbers of one sender. */
export class Sequence {
  #run = "";
  #runBefore = "";
  #next = 0;
  #seen = new Set<number>();

  /** @param run changes when the sender starts anew */
  note(run: string, number: number): Passage {
    if (run === this.#runBefore) return { lost: 0, isLate: true, isDouble: false };
    if (run !== this.#run) {
      this.#runBefore = this.#run;
      this.#run = run;
      this.#next = number;
      this.#seen.clear();
    }
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
