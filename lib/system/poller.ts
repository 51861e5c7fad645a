import type { Libc } from "./libc.ts";

/** poll(2): something can be read, or written. */
export const POLLIN = 1;
export const POLLOUT = 4;

/** What a {@linkcode Poller} needs of the C library. */
export const POLLER_FUNCTIONS = ["pollInThread", "pipe", "pipe2", "read", "write"] as const;

/** A caller that waits for a file. */
interface Wait {
  readonly file: number;
  readonly events: number;
  /** Takes what has happened; 0 if the file is forgotten. */
  readonly resolve: (happened: number) => void;
}

/** Bytes of a struct pollfd: an int, two shorts. */
const ENTRY = 8;
const FOR_EVER = -1;
const LINUX_CLOEXEC = 0o2000000;

/**
 * Waits for files that the runtime can't wait for, all of them in one thread: the runtime has only a few for such calls.
 */
export class Poller {
  #c: Libc<typeof POLLER_FUNCTIONS[number]>;
  #waits = new Set<Wait>();
  #isPolling = false;
  #isWoken = false;
  /** A byte through this pipe wakes a pending poll. */
  #wakeEnd: number;
  #wakeStart: number;

  constructor(c: Libc<typeof POLLER_FUNCTIONS[number]>) {
    this.#c = c;
    const ends = new Int32Array(2);
    const into = new Uint8Array(ends.buffer);
    // Commands should not inherit the pipe; where there is no pipe2 they do.
    if ((c.pipe2?.(into, LINUX_CLOEXEC) ?? c.pipe(into)) !== 0) throw new Error("no pipe is to be had");
    [this.#wakeEnd, this.#wakeStart] = ends;
  }

  /** Waits until one of `events` can be done with a file, or it is hung up; gives what has happened (`revents`). */
  ready(file: number, events: number): Promise<number> {
    return new Promise((resolve) => {
      this.#waits.add({ file, events, resolve });
      if (this.#isPolling) this.#wake();
      else void this.#poll();
    });
  }

  /** Gives 0 to all that wait for this file. */
  forget(file: number): void {
    for (const wait of this.#waits) {
      if (wait.file !== file) continue;
      this.#waits.delete(wait);
      wait.resolve(0);
    }
    if (this.#isPolling) this.#wake();
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    while (this.#waits.size) {
      const waits = [...this.#waits];
      const entries = new DataView(new ArrayBuffer(ENTRY * (waits.length + 1)));
      const put = (at: number, file: number, events: number) => {
        entries.setInt32(at, file, true);
        entries.setInt16(at + 4, events, true);
      };
      put(0, this.#wakeEnd, POLLIN);
      waits.forEach(({ file, events }, i) => put(ENTRY * (i + 1), file, events));
      // Another thread writes into this memory: the view keeps it alive.
      await this.#c.pollInThread(new Uint8Array(entries.buffer), BigInt(waits.length + 1), FOR_EVER);
      if (this.#isWoken) this.#c.read(this.#wakeEnd, new Uint8Array(1), 1n);
      this.#isWoken = false;
      waits.forEach((wait, i) => {
        const happened = entries.getInt16(ENTRY * (i + 1) + 6, true);
        if (happened && this.#waits.delete(wait)) wait.resolve(happened);
      });
    }
    this.#isPolling = false;
  }

  #wake(): void {
    if (this.#isWoken) return;
    this.#isWoken = true;
    this.#c.write(this.#wakeStart, Uint8Array.of(0), 1n);
  }
}
