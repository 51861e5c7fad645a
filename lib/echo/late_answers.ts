import { type Clock, type Connection, wrapConnection } from "../net/mod.ts";
import { DelayQueue, type Owed } from "../session/mod.ts";

/** Bytes of answers that may wait: whoever asks for more is not read from until the oldest has left. */
const MOST_WAITING = 1_048_576;
/** What an answer takes beside its bytes. */
const OVERHEAD = 256;

/** Answers that leave a while after they were made, each after the same time and so in their order. */
export class LateAnswers implements Owed {
  #queue: DelayQueue;
  #bytes = 0;
  /** What sends each answer that isn't out yet, the oldest first. */
  #waiting = new Map<() => void, { isOut: Promise<void>; settle(): void }>();
  #newest: Promise<void> = Promise.resolve();

  /** @param ms how late they are, in milliseconds */
  constructor(ms: number, clock: Clock) {
    this.#queue = new DelayQueue(ms, clock);
  }

  /**
   * Calls `send`, which never throws, when the time has come. Gives a promise where so much waits that nothing should be
   * added before it is fulfilled.
   *
   * @param length bytes of the answer
   */
  add(length: number, send: () => Promise<void> | undefined): Promise<void> | undefined {
    const { promise: isOut, resolve } = Promise.withResolvers<void>();
    const size = length + OVERHEAD;
    const settle = () => {
      if (!this.#waiting.delete(action)) return;
      this.#bytes -= size;
      resolve();
    };
    const action = () => {
      const sending = send();
      if (sending) void sending.then(settle);
      else settle();
    };
    this.#waiting.set(action, { isOut, settle });
    this.#bytes += size;
    this.#newest = isOut;
    this.#queue.start(action);
    if (this.#bytes <= MOST_WAITING) return undefined;
    const [oldest] = this.#waiting.values();
    return oldest.isOut;
  }

  settled(): Promise<void> {
    return this.#newest;
  }

  drop(): void {
    for (const [action, { settle }] of this.#waiting) {
      this.#queue.cancel(action);
      settle();
    }
  }
}

/** The same connection, on which what is written leaves late. */
export function writeLate(connection: Connection, late: LateAnswers): Connection {
  let isClosed = false;
  const close = (reason?: unknown) => {
    isClosed = true;
    late.drop();
    connection.close(reason);
  };
  return wrapConnection(connection, {
    write(bytes) {
      if (isClosed) return connection.write(bytes);
      const copy = bytes.slice();
      return late.add(copy.length, () => connection.write(copy)?.catch(close));
    },
    async closeWrite() {
      await late.settled();
      await connection.closeWrite();
    },
    close,
  });
}
