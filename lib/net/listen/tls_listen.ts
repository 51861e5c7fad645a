import { PinwireError } from "../../errors.ts";
import { SocketCalls } from "../../system/mod.ts";
import { type DrainableConnection, SocketConnection } from "../connection.ts";
import { socketAddress, socketPeer } from "../peer.ts";
import { Queue } from "./queue.ts";
import { RateLimit } from "../rate_limit.ts";
import { systemClock } from "../clock.ts";
import { translateIoError } from "../io_errors.ts";
import type { Listener } from "../listener.ts";

/** ms that a client has for its handshake. */
const HANDSHAKE_TIMEOUT = 5_000;
/** Clients in their handshakes at a time; the next one takes the place of the oldest. */
const MAX_HANDSHAKES = 1024;
/**
 * Clients that were refused and can't be cut off, where libc can't be called: to close a connection of Deno's before its
 * handshake is through leaves its socket open until the client goes. While there are so many nobody is accepted.
 */
const MAX_LINGERING = 4096;

/** Refused clients that are told of in a second. */
const MAX_ERRORS = 10;

/** A client in its handshake. */
interface Handshake {
  /** The client, for printing. */
  readonly peer: string;
  /** Ends it, and says why, if it is anybody's business. */
  refuse(error?: Error): void;
}

/**
 * Takes connections from a listener of Deno's, does their handshakes side by side, and hands over those that
 * went well. A failed handshake is thrown by `accept`, once.
 *
 * @param asked the host that was to be listened on
 * @param halfCloseTime see {@linkcode SocketConnection}
 */
export function wrapTls(listener: Deno.TlsListener, asked: string, halfCloseTime: number): Listener {
  const results = new Queue<DrainableConnection | Error>();
  /** Those that have time left, oldest first. */
  const handshakes = new Set<Handshake>();
  const calls = SocketCalls.open();
  const errors = new RateLimit(MAX_ERRORS, systemClock);
  /** All that hold a socket. */
  let pending = 0;
  let accepting = false;
  let closed = false;

  function acceptNext(): void {
    if (closed || accepting || pending - handshakes.size >= MAX_LINGERING) return;
    accepting = true;
    listener.accept().then((conn) => {
      accepting = false;
      const [oldest] = handshakes;
      if (handshakes.size >= MAX_HANDSHAKES) oldest.refuse(crowdedOut(oldest.peer));
      void shakeHands(conn);
      acceptNext();
    }, (error) => {
      // The next one is asked for only when somebody calls `accept` again.
      accepting = false;
      if (!closed) results.put(error);
    });
  }

  async function shakeHands(conn: Deno.TlsConn): Promise<void> {
    const peer = socketPeer(conn.remoteAddr, "tls");
    let isRefused = false;
    let isOpen = true;
    const close = () => {
      if (isOpen) conn.close();
      isOpen = false;
    };
    const handshake: Handshake = {
      peer: peer.name,
      refuse(error) {
        isRefused = true;
        clearTimeout(timer);
        handshakes.delete(handshake);
        if (error && errors.allows()) results.put(error);
        // Its end makes the handshake fail, which gives the socket back; closing would not.
        calls?.shutdown(conn.localAddr, conn.remoteAddr);
        if (closed) close();
      },
    };
    const timer = setTimeout(() => handshake.refuse(tooLate(peer.name)), HANDSHAKE_TIMEOUT);
    handshakes.add(handshake);
    pending++;
    try {
      await conn.handshake();
      if (isRefused) close();
      else results.put(new SocketConnection(conn, peer, halfCloseTime));
    } catch (error) {
      close();
      if (!isRefused) results.put(translateIoError(error, peer.name) as Error);
    } finally {
      clearTimeout(timer);
      handshakes.delete(handshake);
      pending--;
      releaseCalls();
      acceptNext();
    }
  }

  function releaseCalls(): void {
    if (closed && !pending) calls?.close();
  }

  acceptNext();
  return {
    sockets: "deno",
    address: socketAddress(listener.addr, "tls", 0, asked).name,
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
      for (const handshake of handshakes) handshake.refuse();
      releaseCalls();
      results.end();
    },
  };
}
function tooLate(peer: string): PinwireError {
  return new PinwireError("timed_out", `${peer} has not finished the TLS handshake within 5 s`, {
    hint: "the other side has to begin, and to speak TLS",
  });
}

function crowdedOut(peer: string): PinwireError {
  return new PinwireError(
    "timed_out",
    `${peer} was cut off: ${MAX_HANDSHAKES} others were in their TLS handshake`,
    {
      hint: "somebody may be opening connections without using them",
    },
  );
}
