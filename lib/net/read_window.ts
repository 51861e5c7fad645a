import type { ReadRoom } from "../framing/mod.ts";

/**
 * How a connection reads; of what isn't given, `first` is 2 KiB, `largest` 64 KiB, and there is no room around a read's
 * bytes.
 */
export type ReadOptions = ReadRoom;

/** Bytes that any TCP segment can hold: the least MTU of IPv6, 1280, less the headers. */
export const SEGMENT = 1208;

const FIRST = 2048;
const LARGEST = 65_536;
const GROWTH = 4;

/**
 * The place that reads go to, with room before and behind it. It begins small, so that idle connections stay small,
 * and grows once two reads in a row have filled it.
 */
export class ReadWindow {
  /** Where the next read goes. */
  view: Uint8Array<ArrayBuffer>;
  #largest: number;
  #headroom: number;
  #tailroom: number;
  #filled = false;

  constructor({ headroom = 0, tailroom = 0, first = FIRST, largest = LARGEST }: ReadOptions = {}) {
    this.#headroom = headroom;
    this.#tailroom = tailroom;
    this.#largest = Math.min(LARGEST, largest);
    this.view = this.#allocate(Math.min(first, this.#largest));
  }

  /** The first `count` bytes of the view. */
  taken(count: number): Uint8Array {
    return count === this.view.length ? this.view : this.view.subarray(0, count);
  }

  /** Grows when `count`, the bytes of a read that has been worked through, filled it for the second time. */
  fit(count: number): void {
    const { length } = this.view;
    if (count === length && this.#filled && length < this.#largest) {
      this.view = this.#allocate(Math.min(length * GROWTH, this.#largest));
      this.#filled = false;
    } else {
      this.#filled = count === length;
    }
  }

  #allocate(size: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(new ArrayBuffer(this.#headroom + size + this.#tailroom), this.#headroom, size);
  }
}
