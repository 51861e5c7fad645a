import { badFrame } from "./bodies.ts";

/** Bytes that may be sent on a stream before the other end allows more. */
export const WINDOW = 262_144;
/** A window stays below this many bytes. */
const LIMIT_OF_WINDOW = 2 ** 31;

/** What we may still send on a stream, as the other end allows. */
export class Credit {
  #left = WINDOW;
  #isClosed = false;
  #granted?: PromiseWithResolvers<void>;

  /**
   * The other end allows `count` bytes more.
   *
   * @throws {PinwireError} `bad_frame` if that is more than a window can hold
   */
  grant(count: number): void {
    this.#left += count;
    if (this.#left >= LIMIT_OF_WINDOW) throw badFrame("a window of 2^31 or more");
    this.#wake();
  }

  /** Waits until something may be sent, and takes at most `most` bytes of it; 0 once it is closed. */
  async take(most: number): Promise<number> {
    while (this.#left === 0 && !this.#isClosed) {
      await (this.#granted ??= Promise.withResolvers()).promise;
    }
    if (this.#isClosed) return 0;
    const count = Math.min(most, this.#left);
    this.#left -= count;
    return count;
  }

  /** Nothing more will be sent. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #wake(): void {
    this.#granted?.resolve();
    this.#granted = undefined;
  }
}

/** What the other end may still send on a stream, and when to allow it more. */
export class Window {
  #left = WINDOW;
  #size = WINDOW;
  #worked = 0;

  /**
   * Counts bytes that have come.
   *
   * @throws {PinwireError} `bad_frame` if they are more than it may send
   */
  take(count: number): void {
    this.#left -= count;
    if (this.#left < 0) throw badFrame("more than its window allows");
  }

  /** Counts bytes that are worked off. Gives how many to allow in a frame now; 0 while it is too few for one. */
  give(count: number): number {
    this.#worked += count;
    return this.#worked < this.#size / 4 ? 0 : this.#tell(this.#worked);
  }

  /** Makes the window `count` bytes larger. Gives how many to allow in a frame now. */
  widen(count: number): number {
    this.#size += count;
    return this.#tell(this.#worked + count);
  }

  #tell(count: number): number {
    this.#worked = 0;
    this.#left += count;
    return count;
  }
}
