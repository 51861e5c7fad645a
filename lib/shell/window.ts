import { badFrame } from "./protocol.ts";

/** Bytes that may be sent on a stream before the other end has said more. */
export const WINDOW = 262_144;
/** No window ever holds so many. */
const LIMIT_OF_WINDOW = 2 ** 31;

/** What may still be sent on a stream, by what the other end has said. */
export class Credit {
  #left = WINDOW;
  #isClosed = false;
  #granted?: PromiseWithResolvers<void>;

  /**
   * The other end takes `count` bytes more.
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

  /** Nothing will be sent any more. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #wake(): void {
    this.#granted?.resolve();
    this.#granted = undefined;
  }
}

/** What the other end may still send on a stream, and when to tell it of more. */
export class Window {
  #left = WINDOW;
  #size = WINDOW;
  #worked = 0;

  /**
   * So many bytes have come.
   *
   * @throws {PinwireError} `bad_frame` if they are more than it may send
   */
  take(count: number): void {
    this.#left -= count;
    if (this.#left < 0) throw badFrame("more than its window allows");
  }

  /** So many bytes are worked off. Gives how many to tell the other end of; 0 while that isn't worth a frame. */
  give(count: number): number {
    this.#worked += count;
    return this.#worked < this.#size / 4 ? 0 : this.#tell(this.#worked);
  }

  /** Makes room for `count` bytes more, of which the other end has to be told. */
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
