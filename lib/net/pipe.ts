import { PinwireError } from "../errors.ts";
import type { DrainableConnection } from "./connection.ts";

/**
 * Two connected ends in memory, with the behaviour of a socket: a write is done when the other end has read
 * it all, so there is backpressure; each side ends alone.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const [here, there] = pipe();
 * const written = here.write(new Uint8Array([1, 2, 3]));
 * const buffer = new Uint8Array(2);
 * assertEquals(await there.read(buffer), 2);
 * assertEquals(await there.read(buffer), 1);
 * await written;
 * await here.closeWrite();
 * assertEquals(await there.read(buffer), null);
 * ```
 */
export function pipe(): [DrainableConnection, DrainableConnection] {
  const forth = new Channel();
  const back = new Channel();
  return [end("pipe:a", "pipe:b", back, forth), end("pipe:b", "pipe:a", forth, back)];
}

function end(local: string, remote: string, incoming: Channel, outgoing: Channel): DrainableConnection {
  let closed = false;
  const close = () => {
    closed = true;
    incoming.abandon();
    outgoing.finish();
  };
  return {
    local,
    remote,
    read: (buffer) => closed ? Promise.resolve(null) : incoming.read(buffer),
    write: (bytes) => outgoing.write(bytes, remote),
    async closeWrite() {
      await outgoing.drained();
      outgoing.finish();
    },
    close,
    closeWhenIdle: () => void outgoing.drained().then(close),
  };
}

/** One direction. */
class Channel {
  #queue: { bytes: Uint8Array; done: PromiseWithResolvers<void> }[] = [];
  #finished = false;
  #abandoned = false;
  #arrived?: PromiseWithResolvers<void>;

  async read(buffer: Uint8Array): Promise<number | null> {
    while (!this.#queue.length) {
      if (this.#finished || this.#abandoned) return null;
      this.#arrived ??= Promise.withResolvers();
      await this.#arrived.promise;
    }
    const first = this.#queue[0];
    const part = first.bytes.subarray(0, buffer.length);
    buffer.set(part);
    first.bytes = first.bytes.subarray(part.length);
    if (!first.bytes.length) {
      this.#queue.shift();
      first.done.resolve();
    }
    return part.length;
  }

  write(bytes: Uint8Array, peer: string): Promise<void> {
    if (this.#finished || this.#abandoned) {
      return Promise.reject(new PinwireError("connection_closed", `the connection to ${peer} is closed`));
    }
    if (!bytes.length) return Promise.resolve();
    const done = Promise.withResolvers<void>();
    this.#queue.push({ bytes, done });
    this.#wake();
    return done.promise;
  }

  async drained(): Promise<void> {
    await this.#queue.at(-1)?.done.promise.catch(() => {});
  }

  /** The writer will write no more; what it has written can still be read. */
  finish(): void {
    this.#finished = true;
    for (const { done } of this.#queue) done.resolve();
    this.#wake();
  }

  /** The reader will read no more. */
  abandon(): void {
    this.#abandoned = true;
    const error = new PinwireError("connection_closed", "the connection is closed");
    for (const { done } of this.#queue.splice(0)) done.reject(error);
    this.#wake();
  }

  #wake(): void {
    this.#arrived?.resolve();
    this.#arrived = undefined;
  }
}
