/** What an insert takes in memory beside its bytes. */
export const OVERHEAD = 200;

/** What a subscriber does when it comes to an offset of its feed. */
export interface Mark {
  at: number;
  /** Bytes of the feed to pass over: its own line. */
  skip: number;
  /** Framed lines for this subscriber alone, after what is passed over. */
  readonly insert?: Uint8Array;
}

/** What one member gets that its feed doesn't have, and what it leaves out of the feed; in the order of the offsets. */
export class MarkQueue {
  /** Bytes that the inserts take. */
  bytes = 0;
  /** Those before `#first` are done with. */
  #marks: Mark[] = [];
  #first = 0;

  get isEmpty(): boolean {
    return this.#first === this.#marks.length;
  }

  /** The next mark, if there is one. */
  get next(): Mark | undefined {
    return this.#marks[this.#first];
  }

  /** Takes the next mark out. */
  shift(): void {
    const { insert } = this.#marks[this.#first++];
    if (insert) this.bytes -= insert.length + OVERHEAD;
    // To close the gap each time would take long in a long queue.
    if (2 * this.#first < this.#marks.length) return;
    this.#marks.splice(0, this.#first);
    this.#first = 0;
  }

  /** Adds what is written at `at`, unless the inserts would then take more than `limit` bytes; whether it did. */
  insert(frame: Uint8Array, at: number, limit = Infinity): boolean {
    if (this.bytes + frame.length > limit) return false;
    this.bytes += frame.length + OVERHEAD;
    this.#marks.push({ at, skip: 0, insert: frame });
    return true;
  }

  /** Adds that `length` bytes of the feed are passed over at `at`. */
  skip(at: number, length: number): void {
    this.#marks.push({ at, skip: length });
  }

  /** Gives all marks the offset `at`: that of another feed. */
  moveTo(at: number): void {
    for (let i = this.#first; i < this.#marks.length; i++) this.#marks[i].at = at;
  }

  /** The feed forgets what is before `offset`. Gives the number of lines there that were to be passed over. */
  forget(offset: number): number {
    let skipped = 0;
    const marks = this.#marks.slice(this.#first);
    for (const mark of marks) {
      if (mark.at >= offset) break;
      if (mark.skip) skipped++;
      mark.at = offset;
      mark.skip = 0;
    }
    this.#marks = marks.filter(({ skip, insert }) => skip || insert);
    this.#first = 0;
    return skipped;
  }
}
