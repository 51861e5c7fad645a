/** A write that waits for room. */
interface Waiting extends PromiseWithResolvers<void> {
  /** What is not written yet. */
  rest: Uint8Array<ArrayBuffer>;
}

/** Writes that wait for room, in the order in which they came. */
export class PendingWrites {
  #queue: Waiting[] = [];

  get isEmpty(): boolean {
    return !this.#queue.length;
  }

  /** Takes what could not be written; done once it is. */
  add(rest: Uint8Array<ArrayBuffer>): Promise<void> {
    const waiting = { rest, ...Promise.withResolvers<void>() };
    this.#queue.push(waiting);
    return waiting.promise;
  }

  /**
   * Writes what there is room for.
   *
   * @param send gives how many bytes it has written, or the negative number of an error
   * @returns 0, or that number
   */
  goOn(send: (bytes: Uint8Array<ArrayBuffer>) => number): number {
    for (let first; (first = this.#queue[0]);) {
      const count = send(first.rest);
      if (count < 0) return count;
      if (count < first.rest.length) {
        first.rest = first.rest.subarray(count);
        break;
      }
      this.#queue.shift();
      first.resolve();
    }
    return 0;
  }

  /** None of them will be written. */
  fail(error: unknown): void {
    for (const { reject } of this.#queue.splice(0)) reject(error);
  }
}
