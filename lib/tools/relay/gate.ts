/** Where all that goes one way can be made to wait. */
export class Gate {
  #reason?: string;
  #opened?: PromiseWithResolvers<void>;

  /** Why nothing passes; `undefined` while it does. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** If nothing passes, done when something does again. */
  get opened(): Promise<void> | undefined {
    return this.#opened?.promise;
  }

  /** Lets nothing pass from now on. */
  shut(reason: string): void {
    this.#reason = reason;
    this.#opened ??= Promise.withResolvers();
  }

  /** Lets everything pass again. */
  open(): void {
    this.#reason = undefined;
    this.#opened?.resolve();
    this.#opened = undefined;
  }
}
