import { PinwireError } from "../errors.ts";
import { type Address, formatAddress, type UnixAddress } from "./address.ts";
import { type DrainableConnection, nameOf, SocketConnection } from "./connection.ts";
import { handshake } from "./dial.ts";
import { translateIoError, translateListenError } from "./io_errors.ts";

/** Certificate chain and private key of a server, as PEM text. */
export interface ServerIdentity {
  cert: string;
  key: string;
}

/** Accepts connections. */
export interface Listener {
  /** Where it listens, with the real port: `tcp://127.0.0.1:21567`. */
  readonly address: string;
  /**
   * Waits for the next connection; `undefined` once the listener is closed.
   *
   * @throws what the system said, such as EMFILE; the next call may succeed
   */
  accept(): Promise<Accepted | undefined>;
  /** Stops accepting; the path of a Unix socket is removed. May be called again. */
  close(): void;
}

/** A connection that came in. Over TLS its handshake is still to be done, which must not hold up others. */
export interface Accepted {
  connection: DrainableConnection;
  /** @throws {PinwireError} `tls_failed`, `timed_out` */
  ready(): Promise<void>;
}

/** How to listen, besides where. */
export interface ListenOptions {
  /** Needed with `tls://`. */
  identity?: ServerIdentity;
  /** Lets several listeners share the port; the kernel spreads connections over them (Linux). */
  reusePort?: boolean;
}

/** A client that says nothing holds its place in the handshake no longer than this, in ms. */
const HANDSHAKE_TIMEOUT = 10_000;

/** What a peer sent before it ended its sending side is answered for at most this long, in ms. */
const HALF_CLOSE_TIME = 5_000;

// The kernel cuts it to net.core.somaxconn; the runtime's own 511 is short for thousands that come at once.
const BACKLOG = 4096;

/**
 * Listens for streams on `address`; port 0 takes a free one. A Unix socket that a dead process left is
 * replaced, and only its owner may connect to a new one.
 *
 * @throws {PinwireError} `address_taken`, `permission_denied`, `address_not_ours`, `tls_failed` …
 */
export async function listen(
  address: Address,
  { identity, reusePort }: ListenOptions = {},
): Promise<Listener> {
  if (address.scheme === "udp") throw new TypeError("UDP has no connections to accept");
  try {
    const listener = address.scheme === "unix"
      ? await listenUnix(address)
      : address.scheme === "tls"
      ? listenTls(address, identity)
      : Deno.listen({ hostname: address.hostname, port: address.port, reusePort, tcpBacklog: BACKLOG });
    return wrap(listener, address.scheme);
  } catch (error) {
    throw await translateListenError(error, formatAddress(address), portOf(address));
  }
}

const portOf = (address: Address) => address.scheme === "unix" ? undefined : address.port;

function listenTls(
  { hostname, port }: { hostname: string; port: number },
  identity?: ServerIdentity,
): Deno.TlsListener {
  if (!identity) throw new TypeError("TLS needs a certificate and its key");
  try {
    return Deno.listenTls({ hostname, port, ...identity, tcpBacklog: BACKLOG });
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const what = error instanceof Deno.errors.InvalidData
      ? "the files of --tls-cert and --tls-key hold no certificate or no key in PEM form"
      : message.includes("KeyMismatch")
      ? "the key of --tls-key does not belong to the certificate of --tls-cert"
      : undefined;
    if (!what) throw error;
    throw new PinwireError("tls_failed", what, {
      hint: 'make a pair with "pinwire cert HOST"',
      cause: error,
    });
  }
}

async function listenUnix({ path }: UnixAddress): Promise<Deno.Listener> {
  const open = () => Deno.listen({ transport: "unix", path });
  let listener: Deno.Listener;
  try {
    listener = open();
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    if (!(await Deno.lstat(path)).isSocket) {
      throw new PinwireError("address_taken", `unix:${path} exists and is not a socket`, {
        hint: "choose another path",
      });
    }
    if (await isAlive(path)) throw error;
    await Deno.remove(path);
    listener = open();
  }
  await Deno.chmod(path, 0o600);
  return listener;
}

async function isAlive(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.ConnectionRefused);
  }
}

function wrap(listener: Deno.Listener | Deno.TlsListener, scheme: "tcp" | "tls" | "unix"): Listener {
  let closed = false;
  let count = 0;
  return {
    address: nameOf(listener.addr, scheme, 0),
    async accept() {
      try {
        const conn = await listener.accept();
        if ("setNoDelay" in conn) (conn as Deno.TcpConn).setNoDelay(true);
        const connection = new SocketConnection(conn, scheme, ++count, HALF_CLOSE_TIME);
        return {
          connection,
          async ready() {
            if (scheme !== "tls") return;
            try {
              await handshake(conn as Deno.TlsConn, AbortSignal.timeout(HANDSHAKE_TIMEOUT));
            } catch (error) {
              connection.close();
              throw translateHandshakeError(error, connection.remote);
            }
          },
        };
      } catch (error) {
        if (closed) return undefined;
        throw error;
      }
    },
    close() {
      if (closed) return;
      closed = true;
      listener.close();
    },
  };
}

function translateHandshakeError(error: unknown, peer: string): unknown {
  if (error instanceof DOMException) {
    return new PinwireError("timed_out", `${peer} did not finish the TLS handshake in time`, {
      cause: error,
    });
  }
  return translateIoError(error, peer);
}
