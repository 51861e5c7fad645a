import { type Clock, withTimeout } from "../../net/mod.ts";

/** Bytes that may wait; whoever brings more waits until there are fewer. */
const MAX_WAITING = 16 * 1_048_576;
/** Reads or datagrams that may wait: a small one takes far more memory than it has bytes, an empty one too. */
const MAX_PIECES = 65_536;

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
    if (this.#hasRoom || this.#hasEnded) return undefined;
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
    const room = new Uint8Array(wait === 0 ? Math.min(length, this.#size) : length);
    let at = 0;
    // What is here is taken at once: there may be no room for all of it to wait.
    for (; at < room.length; at += this.#move(room.subarray(at))) {
      await this.#until(() => this.#size > 0, wait);
      if (this.#size === 0) break;
    }
    return room.subarray(0, at);
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

  /** Waits for the end, at most for `wait` ms, whatever comes meanwhile; tells whether it came. */
  async ended(wait: number): Promise<boolean> {
    const due = this.#clock.now() + wait;
    for (let left = wait; left > 0 && !this.#hasEnded; left = due - this.#clock.now()) {
      await withTimeout(left, this.#changed.promise, this.#clock);
    }
    return this.#hasEnded;
  }

  async #until(isThere: () => boolean, wait: number): Promise<void> {
    while (!isThere() && !this.#hasEnded) {
      if (wait === 0 || !await withTimeout(wait, this.#changed.promise, this.#clock)) return;
    }
  }

  /** Takes bytes that wait, as many as there are and `room` has; gives how many. */
  #move(room: Uint8Array): number {
    let at = 0;
    for (let first; at < room.length && (first = this.#pieces[0]);) {
      const part = first.subarray(0, room.length - at);
      room.set(part, at);
      at += part.length;
      if (part.length === first.length) this.#pieces.shift();
      else this.#pieces[0] = first.subarray(part.length);
    }
    this.#took(at);
    return at;
  }

  get #hasRoom(): boolean {
    return this.#size <= MAX_WAITING && this.#pieces.length <= MAX_PIECES;
  }

  #took(length: number): void {
    this.#size -= length;
    if (!this.#hasRoom) return;
    this.#room?.resolve();
    this.#room = undefined;
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
