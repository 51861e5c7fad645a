import { type Input, NOTHING } from "./input.ts";

/** Memory is reserved for at most this many times the bytes that came: 64 KiB of a frame reserve 1 MiB. */
const TRUST = 16;

/** The beginning of an unfinished frame, in memory that grows with what has arrived. */
export class Pending {
  #bytes = NOTHING;
  /** Bytes held. */
  length = 0;

  /** The byte at `index`, which is less than `length`. */
  at(index: number): number {
    return this.#bytes[index];
  }

  /** Moves bytes from the chunk of `input` until this holds `total` or the chunk is used up. */
  fill(input: Input, total: number): void {
    const from = input.at;
    const to = Math.min(input.chunk.length, from + total - this.length);
    const needed = this.length + to - from;
    if (needed > this.#bytes.length) this.#reserve(total <= needed * TRUST ? total : needed * 2);
    this.#copy(input.chunk, from, to);
    input.at = to;
  }

  /** Appends `chunk[from..to)` to a frame of unknown length that can't have more than `limit` bytes. */
  append(chunk: Uint8Array, from: number, to: number, limit: number): void {
    const needed = this.length + to - from;
    if (needed > this.#bytes.length) {
      this.#reserve(Math.max(needed, Math.min(limit, Math.max(64, this.#bytes.length * 2))));
    }
    this.#copy(chunk, from, to);
  }

  /** Appends one byte, as `append` does. */
  appendByte(byte: number, limit: number): void {
    if (this.length === this.#bytes.length) {
      this.#reserve(Math.max(this.length + 1, Math.min(limit, Math.max(64, this.length * 2))));
    }
    this.#bytes[this.length++] = byte;
  }

  /** What is held, as long as nothing is added or dropped. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** The bytes from `from` to `to`. Their memory is the caller's now; nothing is left here. */
  take(from = 0, to: number = this.length): Uint8Array {
    const taken = this.#bytes.subarray(from, to);
    this.drop();
    return taken;
  }

  /** Drops what is held, and its memory. */
  drop(): void {
    this.#bytes = NOTHING;
    this.length = 0;
  }

  #copy(chunk: Uint8Array, from: number, to: number): void {
    if (to - from > 16) this.#bytes.set(chunk.subarray(from, to), this.length);
    else for (let i = from, o = this.length; i < to; i++, o++) this.#bytes[o] = chunk[i];
    this.length += to - from;
  }

  #reserve(capacity: number): void {
    const grown = new Uint8Array(capacity);
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }
}
