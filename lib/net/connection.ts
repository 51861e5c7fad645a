import { type IpEnd, shareThread, SocketCalls, type TcpInfo } from "../system/mod.ts";
import { type Clock, systemClock, type Timer } from "./clock.ts";
import { translateIoError } from "./io_errors.ts";
import type { MessageKinds } from "./message_kinds.ts";
import { type Peer, type SocketAddress, socketAddress, type StreamScheme } from "./peer.ts";
import { type ReadOptions, ReadWindow, SEGMENT } from "./read_window.ts";

/**
 * Takes the bytes of a read. They are good until it returns, or until the promise that it returns is fulfilled; nothing
 * more is read before that, so that a slow receiver slows the sender down.
 */
export type Sink = (bytes: Uint8Array) => Promise<void> | void;

/** A stream to one peer, whatever carries it: TCP, TLS, a Unix socket, a WebSocket, or the pair in memory. */
export interface Connection {
  /** Our end. */
  readonly local: SocketAddress;
  /** The other end. */
  readonly peer: Peer;
  /**
   * Hands each read to `sink` until the end of the stream, or until the connection is closed here. May be called once.
   *
   * @throws the reason given to {@linkcode close}; what `sink` throws; {@linkcode PinwireError} `connection_reset`,
   * `tls_failed` …
   */
  receive(sink: Sink, options?: ReadOptions): Promise<void>;
  /**
   * Writes all of `bytes`, in the order of the calls. Gives nothing if all went out at once, else a promise, until
   * whose end they must not change.
   *
   * @throws {PinwireError} `connection_closed`, `connection_reset`, by the promise
   */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /**
   * The same for messages that are framed already as a server of WebSockets does it, so that many members share the bytes;
   * only where nobody on the way looks at what is written.
   */
  writeFrames?(bytes: Uint8Array): Promise<void> | undefined;
  /** Ends our sending side once everything is written; the peer may go on sending. */
  closeWrite(): Promise<void>;
  /**
   * Ends both sides at once. Never throws, may be called again.
   *
   * @param reason what a pending `receive` ends with; without it that ends as at the end of the stream
   */
  close(reason?: unknown): void;
  /**
   * Ends both sides at once by a reset (RST of RFC 9293), so that the other end sees that it was cut off. Where there is
   * none to be had it is closed: over a Unix socket, elsewhere than on Linux, without `--allow-ffi`. A pending `receive`
   * ends as at the end of the stream.
   *
   * @returns whether it was a reset
   */
  reset(): boolean;
  /** Which kinds of messages cross it, where its carrier has messages. */
  readonly messages?: MessageKinds;
  /** Bytes written that a reset would lose, as the other end has not taken them; 0 where nobody tells. */
  readonly unsent: number;
  /** What the kernel knows of the way there: over TCP by the system's own sockets, while it is open. */
  readonly tcpInfo?: TcpInfo;
}

/** A connection that can wait for its writes: what a server closes gracefully. */
export interface DrainableConnection extends Connection {
  /** Closes now if nothing is being written, else as soon as that is done. */
  closeWhenIdle(): void;
}

/**
 * Loads what {@linkcode Connection.reset} needs, until it is disposed of: for whoever resets often, or gives up the
 * permission (`--allow-ffi`) first.
 *
 * @returns whether TCP can be reset here, too
 */
export function prepareReset(): Disposable & { readonly isPossible: boolean } {
  const calls = SocketCalls.open();
  return { isPossible: calls !== undefined, [Symbol.dispose]: () => calls?.close() };
}

/** What a peer sent before it ended its sending side is answered for at most this long, in ms. */
export const HALF_CLOSE_TIME = 5_000;

/** What a {@linkcode SocketConnection} needs of one of Deno's sockets. */
export type SocketConn = Pick<
  Deno.Conn,
  "read" | "write" | "closeWrite" | "close" | "localAddr" | "remoteAddr"
>;

/** A {@linkcode Connection} over one of Deno's sockets. */
export class SocketConnection implements DrainableConnection {
  readonly peer: Peer;
  #conn: SocketConn;
  #clock: Clock;
  #closed = false;
  #reason: unknown;
  #writing = false;
  #closeWhenIdle = false;
  #waiting?: (() => void)[];
  #halfCloseTime: number;
  #halfCloseTimer?: Timer;
  #peerEnded = false;
  #hasWritten = false;
  /** Whether small writes leave at once, without waiting for earlier ones to be acknowledged (TCP_NODELAY). */
  #isUndelayed: boolean;

  /**
   * @param peer the other end, as the carrier states it
   * @param halfCloseTime ms that writes may take once the peer has ended its sending side, after which the
   * connection closes
   */
  constructor(conn: SocketConn, peer: Peer, halfCloseTime = Infinity, clock: Clock = systemClock) {
    this.#conn = conn;
    this.peer = peer;
    this.#clock = clock;
    this.#halfCloseTime = halfCloseTime;
    this.#isUndelayed = peer.scheme !== "tcp";
  }

  get local(): SocketAddress {
    return socketAddress(this.#conn.localAddr, this.peer.scheme as StreamScheme);
  }

  // All in one: each function that waits takes some 500 bytes of an idle connection.
  async receive(sink: Sink, options?: ReadOptions): Promise<void> {
    const window = new ReadWindow(options);
    using _sharing = shareThread();
    try {
      while (!this.#closed) {
        let count: number | null;
        try {
          count = await this.#conn.read(window.view);
        } catch (error) {
          // A TLS peer that leaves without close_notify has ended its stream, no more.
          if (this.#closed || error instanceof Deno.errors.UnexpectedEof) break;
          throw translateIoError(error, this.peer.name);
        }
        if (count === null) {
          this.#peerEnded = true;
          if (this.#writing) this.#limitWrites();
          break;
        }
        if (count === 0) continue;
        const working = sink(window.taken(count));
        if (working) await working;
        window.fit(count);
      }
    } catch (error) {
      // A write of the sink's that our closing has cut off is no reason of its own.
      if (this.#reason === undefined) throw error;
    }
    if (this.#reason !== undefined) throw this.#reason;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const turn = this.#takeTurn();
    // Nearly always nobody else is writing, and waiting for nothing would cost a turn of its own.
    if (turn) await turn;
    try {
      if (!this.#isUndelayed) this.#avoidDelay(bytes.length);
      let written = await this.#conn.write(bytes);
      while (written < bytes.length) written += await this.#conn.write(bytes.subarray(written));
    } catch (error) {
      throw translateIoError(error, this.peer.name);
    } finally {
      this.#endTurn();
    }
  }

  async closeWrite(): Promise<void> {
    await this.#takeTurn();
    try {
      await this.#conn.closeWrite();
    } catch (error) {
      if (!this.#closed) throw translateIoError(error, this.peer.name);
    } finally {
      this.#endTurn();
    }
  }

  close(reason?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reason = reason;
    this.#halfCloseTimer?.cancel();
    this.#conn.close();
  }

  reset(): boolean {
    const isReset = this.#call((calls, local, remote) => calls.reset(local, remote));
    this.close();
    return isReset ?? false;
  }

  closeWhenIdle(): void {
    if (this.#writing) this.#closeWhenIdle = true;
    else this.close();
  }

  get unsent(): number {
    return this.#call((calls, local, remote) => calls.unsent(local, remote)) ?? 0;
  }

  /** Calls libc, if the socket has addresses to find it by. */
  #call<T>(call: (calls: SocketCalls, local: IpEnd, remote: IpEnd) => T): T | undefined {
    if (this.#closed || this.peer.scheme === "unix") return undefined;
    const calls = SocketCalls.open();
    if (!calls) return undefined;
    const { localAddr, remoteAddr } = this.#conn as Deno.TcpConn;
    const result = call(calls, localAddr, remoteAddr);
    calls.close();
    return result;
  }

  // Nothing can hold up a first write that fits into a segment, and many connections have no other: the
  // system call waits until it matters.
  #avoidDelay(length: number): void {
    if (this.#hasWritten || length > SEGMENT) {
      this.#isUndelayed = true;
      if (!this.#closed) (this.#conn as Deno.TcpConn).setNoDelay(true);
    }
    this.#hasWritten = true;
  }

  #limitWrites(): void {
    if (this.#halfCloseTime === Infinity || this.#closed) return;
    this.#halfCloseTimer ??= this.#clock.after(this.#halfCloseTime, () => this.close());
  }

  // A write of Deno's can be partial, so two at a time would mix: a turn is passed on, first come, first served.
  #takeTurn(): Promise<void> | undefined {
    if (this.#peerEnded) this.#limitWrites();
    if (this.#writing) return new Promise((resolve) => (this.#waiting ??= []).push(resolve));
    this.#writing = true;
    return undefined;
  }

  #endTurn(): void {
    const next = this.#waiting?.shift();
    if (next) return next();
    this.#writing = false;
    if (this.#closeWhenIdle) this.close();
  }
}
