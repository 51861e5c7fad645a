import { PinwireError } from "../../errors.ts";
import {
  abstractName,
  type Address,
  checkAbstract,
  formatAddress,
  type InternetAddress,
} from "../address.ts";
import { type MessageForm, PLAIN_FORM } from "../websocket/form.ts";
import { HALF_CLOSE_TIME, SocketConnection } from "../connection.ts";
import { socketAddress, socketPeer } from "../peer.ts";
import { translateListenError } from "../io_errors.ts";
import type { Listener } from "../listener.ts";
import { type Binding, listenPath, listenTcp, type NativeListenOptions } from "../native/native_listen.ts";

/** Certificate chain and private key of a server, as PEM text. */
export interface ServerIdentity {
  cert: string;
  key: string;
}

/** How to listen, besides where. */
export interface ListenOptions {
  /** Needed with `tls://` and `wss://`. */
  identity?: ServerIdentity;
  /** Lets several listeners share the port; the kernel spreads connections over them (Linux). */
  reusePort?: boolean;
  /** Bytes pass as they are, so that a peer that has ended its side may still be sent any amount: no time limits that. */
  isExact?: boolean;
  /** How the messages of WebSockets are bytes, and more names that their requests may give this server. */
  webSocket?: { form?: MessageForm; hosts?: readonly string[] };
}

type HostPort = Pick<InternetAddress, "hostname" | "port">;

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
  { identity, reusePort, isExact, webSocket = {} }: ListenOptions = {},
): Promise<Listener> {
  const halfCloseTime = isExact ? Infinity : HALF_CLOSE_TIME;
  if (address.scheme === "udp") throw new TypeError("UDP has no connections to accept");
  try {
    const options = { reusePort, halfCloseTime, backlog: BACKLOG };
    switch (address.scheme) {
      case "tls":
        return await openTls(address, identity, halfCloseTime);
      case "unix":
        return await openPath(address.path, options);
      case "tcp":
        return openTcp(address, options);
    }
    const { form = PLAIN_FORM, hosts: given = [] } = webSocket;
    const { namesOfMachine, wrapWebSocket } = await import("../websocket/listen.ts");
    const server = { form, given, names: namesOfMachine() };
    const listener = address.scheme === "wss"
      ? await openTls(address, identity, halfCloseTime)
      : openTcp(address, options);
    return wrapWebSocket(listener, server);
  } catch (error) {
    throw await translateListenError(error, formatAddress(address), portOf(address));
  }
}

function openTcp({ hostname, port }: HostPort, options: NativeListenOptions): Listener {
  const address = { scheme: "tcp", hostname, port } as const;
  return listenTcp(address, options) ?? listenTcpByDeno(address, options);
}

/** The same over TCP by the runtime's own sockets. */
export function listenTcpByDeno(
  { hostname, port }: InternetAddress,
  { reusePort, halfCloseTime, backlog }: NativeListenOptions,
): Listener {
  return wrap(
    Deno.listen({ hostname, port, reusePort, tcpBacklog: backlog }),
    "tcp",
    hostname,
    halfCloseTime,
  );
}

/** The same on a Unix socket by the runtime's own. */
export function listenPathByDeno(
  path: string,
  { halfCloseTime }: Pick<NativeListenOptions, "halfCloseTime">,
  binding: Binding = (bind) => bind(),
): Listener {
  const listener = binding(() => Deno.listen({ transport: "unix", path }));
  return wrap(listener, "unix", path, halfCloseTime);
}

const portOf = (address: Address) => address.scheme === "unix" ? undefined : address.port;

async function openTls(
  { hostname, port }: HostPort,
  identity: ServerIdentity | undefined,
  halfCloseTime: number,
): Promise<Listener> {
  if (!identity) throw new TypeError("TLS needs a certificate and its key");
  const { wrapTls } = await import("./tls_listen.ts");
  try {
    const listener = Deno.listenTls({ hostname, port, ...identity, tcpBacklog: BACKLOG });
    return wrapTls(listener, hostname, halfCloseTime);
  } catch (error) {
    throw await translateIdentityError(error, identity);
  }
}

async function translateIdentityError(error: unknown, { cert, key }: ServerIdentity): Promise<unknown> {
  const message = error instanceof Error ? error.message : "";
  const make = (what: string, hint = 'make a pair with "pinwire cert HOST"') =>
    new PinwireError("tls_failed", what, { hint, cause: error });
  if (error instanceof Deno.errors.InvalidData) {
    return make("the files of --tls-cert and --tls-key hold no certificate or no key in PEM form");
  }
  if (message.includes("KeyMismatch")) {
    const place = await placeOfKey(cert, key);
    return place
      ? make(
        `the key of --tls-key belongs to certificate ${place} in the file of --tls-cert`,
        "put that one first: a chain begins with the server's own certificate",
      )
      : make("the key of --tls-key does not belong to the certificate of --tls-cert");
  }
  if (!/key|certificate|encoding/i.test(message)) return error;
  return make(`the files of --tls-cert and --tls-key can't be used (${message})`);
}

/** Which of several certificates, from 1, the key belongs to. */
async function placeOfKey(chain: string, key: string): Promise<number | undefined> {
  const { createPrivateKey, X509Certificate } = await import("node:crypto");
  try {
    const own = createPrivateKey(key);
    const certificates = chain.split(/(?=-----BEGIN)/);
    return certificates.findIndex((one) => new X509Certificate(one).checkPrivateKey(own)) + 1 || undefined;
  } catch {
    return undefined;
  }
}

async function openPath(path: string, options: NativeListenOptions): Promise<Listener> {
  const open = (binding?: Binding) =>
    listenPath(path, options, binding) ?? listenPathByDeno(path, options, binding);
  if (abstractName(path) !== undefined) {
    checkAbstract();
    return open();
  }
  const ownersOnly: Binding = (bind) => {
    // Where that is allowed, it is nobody else's from the first moment on.
    const mask = mayMask() ? Deno.umask(0o177) : undefined;
    try {
      const bound = bind();
      Deno.chmodSync(path, 0o600);
      return bound;
    } finally {
      if (mask !== undefined) Deno.umask(mask);
    }
  };
  try {
    return open(ownersOnly);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    if (!(await Deno.lstat(path)).isSocket) {
      throw new PinwireError("address_taken", `unix:${path} exists and is not a socket`, {
        hint: "choose another path",
      });
    }
    if (await isAlive(path)) throw error;
    await Deno.remove(path);
    return open(ownersOnly);
  }
}

const mayMask = () =>
  Deno.build.os !== "windows" &&
  Deno.permissions.querySync({ name: "sys", kind: "umask" as "uid" }).state === "granted";

async function isAlive(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.ConnectionRefused);
  }
}

function wrap(
  listener: Deno.Listener,
  scheme: "tcp" | "unix",
  asked: string,
  halfCloseTime: number,
): Listener {
  let closed = false;
  let count = 0;
  return {
    sockets: "deno",
    address: socketAddress(listener.addr, scheme, 0, asked).name,
    async accept() {
      for (;;) {
        try {
          const conn = await listener.accept();
          const peer = socketPeer(conn.remoteAddr, scheme, ++count, scheme === "unix" ? asked : "");
          return new SocketConnection(conn, peer, halfCloseTime);
        } catch (error) {
          if (closed) return undefined;
          // A peer that reset the connection before we came to it is nobody's error.
          if (!(error instanceof Deno.errors.NotConnected)) throw error;
        }
      }
    },
    close() {
      if (closed) return;
      closed = true;
      listener.close();
    },
  };
}
