/**
 * A buffer that grows at its end and is used again: it gathers what then leaves in one write.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const out = new ByteBuffer();
 * out.append(new Uint8Array([1, 2]));
 * out.appendByte(3);
 * assertEquals(out.bytes(), new Uint8Array([1, 2, 3]));
 * ```
 */
export class ByteBuffer {
  #bytes: Uint8Array<ArrayBuffer>;
  /** Bytes written so far. */
  length = 0;

  /**
   * Begins empty.
   *
   * @param capacity bytes of the first allocation
   */
  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** A view of what was written; good until the next append or clear. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  /** Appends a copy of `bytes`. */
  append(bytes: Uint8Array): void {
    const end = this.length + bytes.length;
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.set(bytes, this.length);
    this.length = end;
  }

  /** Appends one byte. */
  appendByte(byte: number): void {
    if (this.length === this.#bytes.length) this.#grow(this.length + 1);
    this.#bytes[this.length++] = byte;
  }

  /** Forgets what was written, and drops its memory if that is more than `keep` bytes. */
  clear(keep = 65_536): void {
    this.length = 0;
    if (this.#bytes.length > keep) this.#bytes = new Uint8Array(256);
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }
}
