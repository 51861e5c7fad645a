import { type Clock, withTimeout } from "../../net/mod.ts";

/** Bytes that may wait; whoever brings more waits until there are fewer. */
const MAX_WAITING = 16 * 1_048_576;

/** What came from the other side and was not compared yet: it is taken as it is expected, and not before. */
export class Inbox {
  readonly #clock: Clock;
  #pieces: Uint8Array[] = [];
  #size = 0;
  #hasEnded = false;
  #changed = Promise.withResolvers<void>();
  #room?: PromiseWithResolvers<void>;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether nothing more comes. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Bytes that wait. */
  get size(): number {
    return this.#size;
  }

  /** Datagrams, or reads, that wait. */
  get count(): number {
    return this.#pieces.length;
  }

  /** Takes a copy of what came; if that is too much, done when there is room. */
  add(bytes: Uint8Array): Promise<void> | undefined {
    this.#pieces.push(bytes.slice());
    this.#size += bytes.length;
    this.#change();
    if (this.#size <= MAX_WAITING || this.#hasEnded) return undefined;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  /** Nothing more comes. */
  end(): void {
    this.#hasEnded = true;
    this.#room?.resolve();
    this.#change();
  }

  /**
   * Waits until there are `length` bytes, until the end, or until nothing has come for `wait` ms; gives what there is,
   * at most so many.
   */
  async bytes(length: number, wait: number): Promise<Uint8Array> {
    await this.#until(() => this.#size >= length, wait);
    const taken = new Uint8Array(Math.min(length, this.#size));
    for (let at = 0; at < taken.length;) {
      const [first] = this.#pieces;
      const part = first.subarray(0, taken.length - at);
      taken.set(part, at);
      at += part.length;
      if (part.length === first.length) this.#pieces.shift();
      else this.#pieces[0] = first.subarray(part.length);
    }
    this.#took(taken.length);
    return taken;
  }

  /** The next datagram; `undefined` if none comes for `wait` ms, or at the end. */
  async datagram(wait: number): Promise<Uint8Array | undefined> {
    await this.#until(() => this.#pieces.length > 0, wait);
    const datagram = this.#pieces.shift();
    this.#took(datagram?.length ?? 0);
    return datagram;
  }

  /** The next read, or datagram, which stays; empty if there is none. */
  peek(): Uint8Array {
    return this.#pieces[0] ?? new Uint8Array();
  }

  /** Waits for the end, at most until nothing has come for `wait` ms; tells whether it came. */
  async ended(wait: number): Promise<boolean> {
    await this.#until(() => false, wait);
    return this.#hasEnded;
  }

  async #until(isThere: () => boolean, wait: number): Promise<void> {
    while (!isThere() && !this.#hasEnded) {
      if (wait === 0 || !await withTimeout(wait, this.#changed.promise, this.#clock)) return;
    }
  }

  #took(length: number): void {
    this.#size -= length;
    if (this.#size > MAX_WAITING) return;
    this.#room?.resolve();
    this.#room = undefined;
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
