/** Memory is reserved for at most this many times the bytes that came. */
const TRUST = 16;
const NOTHING = new Uint8Array(0);

/**
 * What was fed of a file and is not used yet. What lies whole in one chunk is handed out as a view of it; what lies in
 * several, as memory of its own, which grows with what has come, whatever length a header claims.
 */
export class CaptureInput {
  /** Offset in the file, in bytes, of the next byte. */
  position = 0;
  /** Whether the file is at its end. */
  ended = false;
  readonly #chunks: Uint8Array[] = [];
  /** Index in the first chunk of the next byte that isn't held. */
  #at = 0;
  /** The beginning of what was peeked at and is not here as a whole. */
  #held = NOTHING;
  #heldLength = 0;
  /** Bytes to pass over that are still to come. */
  #toSkip = 0;
  #skippedFrom = 0;

  /** Bytes of memory of its own. */
  get buffered(): number {
    return this.#held.length;
  }

  /** Offset in the file of what it would end inside of, if it ended here; `undefined` if it would end well. */
  get unfinished(): number | undefined {
    if (this.#toSkip > 0) return this.#skippedFrom;
    return this.#heldLength > 0 || this.#chunks.length > 0 ? this.position : undefined;
  }

  /** Queues `chunk`, without a copy. */
  feed(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#chunks.push(chunk);
    this.#pass();
  }

  /**
   * The next `count` bytes, which stay where they are, or `undefined` if they are not all here; then the chunks are no
   * longer needed. It may be called again with a larger `count`, until they are skipped.
   */
  peek(count: number): Uint8Array | undefined {
    if (this.#toSkip > 0) return undefined;
    const [first = NOTHING] = this.#chunks;
    if (this.#heldLength === 0 && first.length - this.#at >= count) {
      return first.subarray(this.#at, this.#at + count);
    }
    while (this.#heldLength < count && this.#chunks.length > 0) this.#hold(count);
    return this.#heldLength < count ? undefined : this.#held.subarray(0, count);
  }

  /** Passes over `count` bytes, of which some may still be to come, but not fewer than were peeked at. */
  skip(count: number): void {
    this.#skippedFrom = this.position;
    this.position += count;
    this.#toSkip = count - this.#heldLength;
    this.#held = NOTHING;
    this.#heldLength = 0;
    this.#pass();
  }

  #pass(): void {
    while (this.#toSkip > 0 && this.#chunks.length > 0) {
      this.#toSkip -= this.#advance(this.#toSkip);
    }
  }

  #hold(count: number): void {
    const chunk = this.#chunks[0];
    const from = this.#at;
    const length = this.#advance(count - this.#heldLength);
    const needed = this.#heldLength + length;
    if (needed > this.#held.length) {
      const grown = new Uint8Array(count <= needed * TRUST ? count : needed * 2);
      grown.set(this.#held.subarray(0, this.#heldLength));
      this.#held = grown;
    }
    this.#held.set(chunk.subarray(from, from + length), this.#heldLength);
    this.#heldLength = needed;
  }

  /** Goes on in the first chunk by at most `count` bytes; gives how many. */
  #advance(count: number): number {
    const [first] = this.#chunks;
    const length = Math.min(count, first.length - this.#at);
    this.#at += length;
    if (this.#at === first.length) {
      this.#chunks.shift();
      this.#at = 0;
    }
    return length;
  }
}
