/** Calls when for so long nothing has been run. */
export class Idle {
  #ms: number;
  #onIdle: () => void;
  #timer?: ReturnType<typeof setTimeout>;

  /** @param ms 0 is never */
  constructor(ms: number, onIdle: () => void) {
    this.#ms = ms;
    this.#onIdle = onIdle;
  }

  /** Nothing runs from now on. */
  begin(): void {
    this.end();
    if (this.#ms) this.#timer = setTimeout(this.#onIdle, this.#ms);
  }

  /** Something runs, or nobody is there any more. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
