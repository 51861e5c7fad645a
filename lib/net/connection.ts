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

/** What a connection needs of the socket under it; Deno's have it. */
export type Socket = Pick<Deno.Conn, "read" | "write" | "closeWrite" | "close">;

/** What a peer sent before it ended its sending side is answered for at most this long, in ms. */
export const HALF_CLOSE_TIME = 5_000;

/** A {@linkcode Connection} over a socket. */
export class SocketConnection implements DrainableConnection {
  readonly local: string;
  readonly remote: string;
  #socket: Socket;
  #closed = false;
  #writing = false;
  #closeWhenIdle = false;
  #waiting: (() => void)[] = [];
  #halfCloseTime?: number;
  #halfCloseTimer?: ReturnType<typeof setTimeout>;

  /**
   * @param halfCloseTime ms after which the connection closes once the peer has ended its sending side;
   * without it, it stays half open
   */
  constructor(socket: Socket, names: { local: string; remote: string }, halfCloseTime?: number) {
    this.#socket = socket;
    this.#halfCloseTime = halfCloseTime;
    this.local = names.local;
    this.remote = names.remote;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    try {
      const count = await this.#socket.read(buffer);
      if (count === null) this.#endedByPeer();
      return count;
    } catch (error) {
      // A TLS peer that leaves without close_notify has ended its stream, no more.
      if (this.#closed || error instanceof Deno.errors.UnexpectedEof) return null;
      throw translateIoError(error, this.remote);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#takeTurn();
    try {
      let written = await this.#socket.write(bytes);
      while (written < bytes.length) written += await this.#socket.write(bytes.subarray(written));
    } catch (error) {
      throw translateIoError(error, this.remote);
    } finally {
      this.#endTurn();
    }
  }

  async closeWrite(): Promise<void> {
    await this.#takeTurn();
    try {
      await this.#socket.closeWrite();
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
    this.#socket.close();
  }

  closeWhenIdle(): void {
    if (this.#writing) this.#closeWhenIdle = true;
    else this.close();
  }

  #endedByPeer(): void {
    if (this.#halfCloseTime === undefined || this.#closed) return;
    this.#halfCloseTimer ??= setTimeout(() => this.close(), this.#halfCloseTime);
  }

  // A write of Deno's can be partial, so two at a time would mix: a turn is passed on, first come, first served.
  #takeTurn(): Promise<void> | undefined {
    if (this.#writing) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#writing = true;
    return undefined;
  }

  #endTurn(): void {
    const next = this.#waiting.shift();
    if (next) return next();
    this.#writing = false;
    if (this.#closeWhenIdle) this.close();
  }
}

/**
 * Both ends of one of Deno's connections, in our form.
 *
 * @param number counts connections, to name the peers of a Unix socket, which have no address
 */
export function namesOf(
  conn: Deno.Conn,
  scheme: "tcp" | "tls" | "unix",
  number: number,
): { local: string; remote: string } {
  return { local: nameOf(conn.localAddr, scheme, number), remote: nameOf(conn.remoteAddr, scheme, number) };
}

/** One of Deno's addresses, in our form. */
export function nameOf(address: Deno.Addr, scheme: "tcp" | "tls" | "unix", number: number): string {
  if ("hostname" in address) return `${scheme}://${hostPort(address)}`;
  return "path" in address && address.path
    ? formatAddress({ scheme: "unix", path: address.path })
    : `unix:#${number}`;
}
