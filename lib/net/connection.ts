import { formatAddress, hostPort } from "./address.ts";
import { translateIoError } from "./io_errors.ts";

/** A stream to one peer, whatever carries it: TCP, TLS, a Unix socket, or the pair in memory. */
export interface Connection {
  /** Our end, as `tcp://127.0.0.1:21567`. */
  readonly local: string;
  /** The peer, as `tcp://127.0.0.1:50123` or `unix:#3`. */
  readonly remote: string;
  /**
   * Reads some bytes into `buffer` and gives their number, or `null` at the end of the stream, which is also
   * what a connection gives that we closed.
   *
   * @throws {PinwireError} `connection_reset`, `tls_failed` …
   */
  read(buffer: Uint8Array): Promise<number | null>;
  /**
   * Writes all of `bytes`, in the order of the calls. They must not change before the promise is done.
   *
   * @throws {PinwireError} `connection_closed`, `connection_reset`
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends our sending side once everything is written; the peer may go on sending. */
  closeWrite(): Promise<void>;
  /** Ends both sides at once. Never throws, may be called again. */
  close(): void;
}

/** A connection that can wait for its writes: what a server closes gracefully. */
export interface DrainableConnection extends Connection {
  /** Closes now if nothing is being written, else as soon as that is done. */
  closeWhenIdle(): void;
}

/** What a peer sent before it ended its sending side is answered for at most this long, in ms. */
export const HALF_CLOSE_TIME = 5_000;

/** Bytes that any TCP segment can hold: the least MTU of IPv6, 1280, less the headers. */
const SEGMENT = 1208;

/** A {@linkcode Connection} over one of Deno's sockets. */
export class SocketConnection implements DrainableConnection {
  readonly remote: string;
  #conn: Deno.Conn;
  #scheme: "tcp" | "tls" | "unix";
  #closed = false;
  #writing = false;
  #closeWhenIdle = false;
  #waiting?: (() => void)[];
  #halfCloseTime?: number;
  #halfCloseTimer?: ReturnType<typeof setTimeout>;
  #peerEnded = false;
  #hasWritten = false;
  /** Whether small writes leave at once, without waiting for earlier ones to be acknowledged (TCP_NODELAY). */
  #isUndelayed: boolean;

  /**
   * @param number counts connections, to name the peers of a Unix socket, which have no address
   * @param halfCloseTime ms that writes may take once the peer has ended its sending side, after which the
   * connection closes; without it there is no limit
   */
  constructor(conn: Deno.Conn, scheme: "tcp" | "tls" | "unix", number: number, halfCloseTime?: number) {
    this.#conn = conn;
    this.#scheme = scheme;
    this.#halfCloseTime = halfCloseTime;
    this.#isUndelayed = scheme !== "tcp";
    this.remote = nameOf(conn.remoteAddr, scheme, number);
  }

  get local(): string {
    return nameOf(this.#conn.localAddr, this.#scheme, 0);
  }

  // Not an async function: its frame would be kept for as long as a connection is idle.
  read(buffer: Uint8Array): Promise<number | null> {
    return this.#conn.read(buffer).then(this.#onRead, this.#onReadError);
  }

  #onRead = (count: number | null): number | null => {
    if (count === null) {
      this.#peerEnded = true;
      if (this.#writing) this.#limitWrites();
    }
    return count;
  };

  #onReadError = (error: unknown): null => {
    // A TLS peer that leaves without close_notify has ended its stream, no more.
    if (this.#closed || error instanceof Deno.errors.UnexpectedEof) return null;
    throw translateIoError(error, this.remote);
  };

  async write(bytes: Uint8Array): Promise<void> {
    const turn = this.#takeTurn();
    // Nearly always nobody else is writing, and waiting for nothing would cost a turn of its own.
    if (turn) await turn;
    try {
      if (!this.#isUndelayed) this.#avoidDelay(bytes.length);
      let written = await this.#conn.write(bytes);
      while (written < bytes.length) written += await this.#conn.write(bytes.subarray(written));
    } catch (error) {
      throw translateIoError(error, this.remote);
    } finally {
      this.#endTurn();
    }
  }

  async closeWrite(): Promise<void> {
    await this.#takeTurn();
    try {
      await this.#conn.closeWrite();
    } catch (error) {
      if (!this.#closed) throw translateIoError(error, this.remote);
    } finally {
      this.#endTurn();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#halfCloseTimer);
    this.#conn.close();
  }

  closeWhenIdle(): void {
    if (this.#writing) this.#closeWhenIdle = true;
    else this.close();
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
    if (this.#halfCloseTime === undefined || this.#closed) return;
    this.#halfCloseTimer ??= setTimeout(() => this.close(), this.#halfCloseTime);
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

/** One of Deno's addresses, in our form. */
export function nameOf(address: Deno.Addr, scheme: "tcp" | "tls" | "unix", number: number): string {
  if ("hostname" in address) return `${scheme}://${hostPort(address)}`;
  return "path" in address && address.path
    ? formatAddress({ scheme: "unix", path: address.path })
    : `unix:#${number}`;
}
