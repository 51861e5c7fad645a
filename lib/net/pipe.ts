import { PinwireError } from "../errors.ts";
import type { DrainableConnection, Sink } from "./connection.ts";
import type { Peer } from "./peer.ts";
import { type ReadOptions, ReadWindow } from "./read_window.ts";

/**
 * Two connected ends in memory, with the behaviour of a socket: a write is done when the other end has read it all,
 * so there is backpressure; each side ends alone.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const [here, there] = pipe();
 * const reads: string[] = [];
 * const received = there.receive((bytes) => void reads.push(bytes.toHex()), { first: 2, largest: 2 });
 * await here.write(new Uint8Array([1, 2, 3]));
 * await here.closeWrite();
 * await received;
 * assertEquals(reads, ["0102", "03"]);
 * ```
 *
 * @param peers what each end states of the other; both are on this machine if it isn't given
 */
export function pipe(
  peers: { first?: Partial<Peer>; second?: Partial<Peer> } = {},
): [DrainableConnection, DrainableConnection] {
  const own = { scheme: "pipe", isLocal: true, isEncrypted: false };
  const first = { ...own, name: "pipe:a", ...peers.first };
  const second = { ...own, name: "pipe:b", ...peers.second };
  const forth = new Channel();
  const back = new Channel();
  return [new PipeEnd(first, second, back, forth), new PipeEnd(second, first, forth, back)];
}

class PipeEnd implements DrainableConnection {
  readonly local: Peer;
  readonly peer: Peer;
  #incoming: Channel;
  #outgoing: Channel;
  #closed = false;
  #reason: unknown;

  constructor(local: Peer, peer: Peer, incoming: Channel, outgoing: Channel) {
    this.local = local;
    this.peer = peer;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  async receive(sink: Sink, options?: ReadOptions): Promise<void> {
    const window = new ReadWindow(options);
    try {
      while (!this.#closed) {
        const count = await this.#incoming.read(window.view);
        if (count === null) break;
        const working = sink(window.taken(count));
        if (working) await working;
        window.fit(count);
      }
    } catch (error) {
      if (this.#reason === undefined) throw error;
    }
    if (this.#reason !== undefined) throw this.#reason;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#outgoing.write(bytes, this.peer.name);
  }

  async closeWrite(): Promise<void> {
    await this.#outgoing.drained();
    this.#outgoing.finish();
  }

  close = (reason?: unknown): void => {
    if (this.#closed) return;
    this.#closed = true;
    this.#reason = reason;
    this.#incoming.abandon();
    this.#outgoing.finish();
  };

  // A write is done when it has been read.
  readonly unsent = 0;

  reset(): boolean {
    if (this.#closed) return false;
    const error = new PinwireError("connection_reset", `${this.local.name} reset the connection`);
    this.#outgoing.cut(error);
    this.#incoming.abandon(error);
    this.close();
    return true;
  }

  closeWhenIdle(): void {
    void this.#outgoing.drained().then(() => this.close());
  }
}

/** One direction. */
class Channel {
  #queue: { bytes: Uint8Array; done: PromiseWithResolvers<void> }[] = [];
  #finished = false;
  #abandoned = false;
  #failure?: PinwireError;
  #arrived?: PromiseWithResolvers<void>;

  async read(buffer: Uint8Array): Promise<number | null> {
    while (!this.#queue.length) {
      if (this.#failure) throw this.#failure;
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
    for (const one of this.#queue) {
      // The writer may use its buffer again, and the reader hasn't come to it yet.
      one.bytes = one.bytes.slice();
      one.done.resolve();
    }
    this.#wake();
  }

  /** The reader will read no more. */
  abandon(error = new PinwireError("connection_closed", "the connection is closed")): void {
    this.#abandoned = true;
    for (const { done } of this.#queue.splice(0)) done.reject(error);
    this.#wake();
  }

  /** What has not been read is lost, and whoever reads is told so. */
  cut(error: PinwireError): void {
    this.#failure = error;
    this.abandon();
  }

  #wake(): void {
    this.#arrived?.resolve();
    this.#arrived = undefined;
  }
}
