/** No bytes. */
export const NOTHING: Uint8Array = new Uint8Array(0);

/** What a decoder was fed and has not used yet: nearly always one chunk, more if it was not drained. */
export class Input {
  /** The chunk at work. */
  chunk: Uint8Array = NOTHING;
  /** Index in `chunk` of the next byte. */
  at = 0;
  /** Offset in the stream of the first byte of `chunk`. */
  base = 0;
  /** Whether the stream is at its end. */
  ended = false;
  #later?: Uint8Array[];

  /** Offset in the stream, in bytes, of the next byte. */
  get position(): number {
    return this.base + this.at;
  }

  /** Queues `chunk`, without a copy. */
  feed(chunk: Uint8Array): void {
    if (this.at < this.chunk.length || this.#later !== undefined) {
      (this.#later ??= []).push(chunk);
      return;
    }
    this.base += this.chunk.length;
    this.chunk = chunk;
    this.at = 0;
  }

  /** Drops the chunk at work, which is used up, and goes on to the next; `false` if there is none. */
  advance(): boolean {
    this.base += this.chunk.length;
    this.at = 0;
    const next = this.#later?.shift();
    if (this.#later?.length === 0) this.#later = undefined;
    this.chunk = next ?? NOTHING;
    return next !== undefined;
  }
}
