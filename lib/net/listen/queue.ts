/** What has come and waits to be taken, until the end. */
export class Queue<T> {
  #items: T[] = [];
  #ended = false;
  #changed = Promise.withResolvers<void>();

  get length(): number {
    return this.#items.length;
  }

  put(item: T): void {
    this.#items.push(item);
    this.#changed.resolve();
  }

  /** Nothing more comes; what is there can still be taken. */
  end(): void {
    this.#ended = true;
    this.#changed.resolve();
  }

  /** The next, as soon as there is one; `undefined` at the end. */
  async take(): Promise<T | undefined> {
    while (!this.#items.length && !this.#ended) {
      await this.#changed.promise;
      this.#changed = Promise.withResolvers();
    }
    return this.#items.shift();
  }
}
