import type { SocketConn } from "../connection.ts";
import type { Endpoint } from "../datagram.ts";
import { BoundConn } from "./bound_conn.ts";
import { startTls } from "./start_tls.ts";

/** What carries connections whose own end is `bind`. */
export const boundCarrier = (bind: Endpoint) => ({
  connect: (to: Endpoint, signal: AbortSignal) => BoundConn.connect(to, bind, signal),
  startTls: startBoundTls,
});

/**
 * Begins TLS on a connection whose own end was chosen. Only Deno's own can have it (that of `node:tls` hangs when its
 * reader is slow), so that the bytes of TLS go through a pair of those, on loopback.
 */
async function startBoundTls(
  conn: BoundConn,
  hostname: string,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<SocketConn> {
  const [near, far] = await connectedPair();
  let failure: unknown;
  const fail = (error: unknown) => {
    if (failure === undefined) far.close();
    failure ??= error;
  };
  const outgoing = pump(far, conn).catch(fail);
  void pump(conn, far).catch(fail);

  function close(): void {
    // What was written before goes out first.
    void outgoing.then(() => {
      conn.close();
      fail(new Deno.errors.BadResource("the connection is closed"));
    });
  }

  let tls: Deno.TlsConn;
  try {
    tls = await startTls(near, hostname, ca, signal);
  } catch (error) {
    close();
    throw failure ?? error;
  }
  return {
    localAddr: conn.localAddr,
    remoteAddr: conn.remoteAddr,
    async read(buffer) {
      try {
        return await tls.read(buffer);
      } catch (error) {
        throw failure ?? error;
      }
    },
    write: (bytes) => tls.write(bytes),
    closeWrite: () => tls.closeWrite(),
    close() {
      tls.close();
      close();
    },
  };
}

/** Both ends of a connection over loopback. */
async function connectedPair(): Promise<[Deno.TcpConn, Deno.TcpConn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const near = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  for (;;) {
    const far = await listener.accept();
    // Anybody on this machine may be quicker.
    if (far.remoteAddr.port === near.localAddr.port && far.remoteAddr.hostname === near.localAddr.hostname) {
      far.setNoDelay(true);
      return [near, far];
    }
    far.close();
  }
}

/** Writes to one what is read from the other, up to the end of the stream. */
async function pump(
  from: Pick<SocketConn, "read">,
  to: Pick<SocketConn, "write" | "closeWrite">,
): Promise<void> {
  const buffer = new Uint8Array(65_536);
  for (let count; (count = await from.read(buffer)) !== null;) {
    for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
  }
  await to.closeWrite();
}
