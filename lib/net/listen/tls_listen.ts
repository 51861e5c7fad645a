import { SocketCalls } from "../../system/mod.ts";
import { type DrainableConnection, SocketConnection } from "../connection.ts";
import { translateIoError } from "../io_errors.ts";
import type { Listener } from "../listener.ts";
import { socketAddress, socketPeer } from "../peer.ts";
import { Handshakes } from "./handshakes.ts";
import { Queue } from "./queue.ts";

/**
 * Clients that were refused and can't be cut off, where libc can't be called: to close a connection of Deno's before its
 * handshake is through leaves its socket open until the client goes. While there are so many nobody is accepted.
 */
const MAX_LINGERING = 4096;

const WORDS = {
  one: "the TLS handshake",
  theirs: "their TLS handshake",
  hint: "the other side has to begin, and to speak TLS",
};

/**
 * Takes connections from a listener of Deno's, does their handshakes side by side, and hands over those that
 * went well. A failed handshake is thrown by `accept`, once.
 *
 * @param asked the host that was to be listened on
 * @param halfCloseTime see {@linkcode SocketConnection}
 */
export function wrapTls(listener: Deno.TlsListener, asked: string, halfCloseTime: number): Listener {
  const results = new Queue<DrainableConnection | Error>();
  /** Those that have time left. */
  const handshakes = new Handshakes(WORDS, (error) => results.put(error));
  const calls = SocketCalls.open();
  /** All that hold a socket. */
  let pending = 0;
  let accepting = false;
  let closed = false;

  function acceptNext(): void {
    if (closed || accepting || pending - handshakes.size >= MAX_LINGERING) return;
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
    const peer = socketPeer(conn.remoteAddr, "tls");
    let isOpen = true;
    const close = () => {
      if (isOpen) conn.close();
      isOpen = false;
    };
    const handshake = handshakes.begin(peer.name, () => {
      // Its end makes the handshake fail, which gives the socket back; closing would not.
      calls?.shutdown(conn.localAddr, conn.remoteAddr);
      if (closed) close();
    });
    pending++;
    try {
      await conn.handshake();
      if (handshake.isCutOff) close();
      else results.put(new SocketConnection(conn, peer, halfCloseTime));
    } catch (error) {
      close();
      if (!handshake.isCutOff) results.put(translateIoError(error, peer.name) as Error);
    } finally {
      handshake.end();
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
      handshakes.cutOff();
      releaseCalls();
      results.end();
    },
  };
}
