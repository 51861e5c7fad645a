import { PinwireError } from "../errors.ts";
import { type DrainableConnection, HALF_CLOSE_TIME, SocketConnection } from "./connection.ts";
import { socketAddress } from "./peer.ts";
import { translateIoError } from "./io_errors.ts";
import type { Listener } from "./listener.ts";

/** A client that hasn't finished its handshake after so many ms is no longer served. */
const HANDSHAKE_TIMEOUT = 5_000;
/** Clients in their handshakes at a time; while there are so many, others wait to be accepted. */
const MAX_HANDSHAKES = 256;
/**
 * Clients that are late with it. They hold a file each until they go: closing a connection of Deno's before its
 * handshake is through leaves it open in the background, so there is no way to cut it off.
 */
const MAX_LATE = 4096;

/**
 * Takes connections from a listener of Deno's, does their handshakes side by side, and hands over those that
 * went well. A failed handshake is thrown by `accept`, once.
 */
export function wrapTls(listener: Deno.TlsListener): Listener {
  const results = new Queue<DrainableConnection | Error>();
  const handshakes = new Set<Deno.TlsConn>();
  let late = 0;
  let accepting = false;
  let closed = false;

  function acceptNext(): void {
    if (closed || accepting || handshakes.size - late >= MAX_HANDSHAKES || late >= MAX_LATE) return;
    accepting = true;
    listener.accept().then((conn) => {
      accepting = false;
      void shakeHands(conn);
      acceptNext();
    }, (error) => {
      // The next one is asked for only when somebody calls `accept` again.
      accepting = false;
      if (!closed) results.put(error);
    });
  }

  async function shakeHands(conn: Deno.TlsConn): Promise<void> {
    const peer = socketAddress(conn.remoteAddr, "tls", 0).name;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      late++;
      results.put(tooLate(peer));
      acceptNext();
    }, HANDSHAKE_TIMEOUT);
    handshakes.add(conn);
    try {
      await conn.handshake();
      if (isLate || closed) conn.close();
      else results.put(new SocketConnection(conn, "tls", 0, HALF_CLOSE_TIME));
    } catch (error) {
      if (!closed) conn.close();
      if (!isLate && !closed) results.put(translateIoError(error, peer) as Error);
    } finally {
      clearTimeout(timer);
      handshakes.delete(conn);
      if (isLate) late--;
      acceptNext();
    }
  }

  acceptNext();
  return {
    address: socketAddress(listener.addr, "tls", 0).name,
    async accept() {
      acceptNext();
      const result = await results.take();
      if (result instanceof Error) throw result;
      return result;
    },
    close() {
      if (closed) return;
      closed = true;
      listener.close();
      for (const conn of handshakes) conn.close();
      results.end();
    },
  };
}

function tooLate(peer: string): PinwireError {
  return new PinwireError("timed_out", `${peer} has not finished the TLS handshake within 5 s`, {
    hint: "the other side has to begin, and to speak TLS",
  });
}

/** What has come and waits to be taken, until the end. */
class Queue<T> {
  #items: T[] = [];
  #ended = false;
  #changed = Promise.withResolvers<void>();

  put(item: T): void {
    this.#items.push(item);
    this.#changed.resolve();
  }

  end(): void {
    this.#ended = true;
    this.#changed.resolve();
  }

  async take(): Promise<T | undefined> {
    while (!this.#items.length && !this.#ended) {
      await this.#changed.promise;
      this.#changed = Promise.withResolvers();
    }
    return this.#items.shift();
  }
}
