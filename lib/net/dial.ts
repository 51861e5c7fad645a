import { PinwireError, usageError } from "../errors.ts";
import { type Address, formatAddress, type InternetAddress } from "./address.ts";
import { type Connection, SocketConnection, wrapConnection } from "./connection.ts";
import { refused, translateDialError } from "./io_errors.ts";
import { socketPeer, type StreamScheme } from "./peer.ts";

/** @throws {PinwireError} `usage` for port 0, which nobody can have */
export function checkDialable(address: Address): void {
  if (!("port" in address) || address.port !== 0) return;
  throw usageError(
    `nobody can be at ${formatAddress(address)}`,
    "give the port that the server's ready line tells",
  );
}

/** How to dial. */
export interface DialOptions {
  /** PEM text of certificates to trust beside the system's (TLS only). */
  ca?: string;
  /** Gives up after this many ms; default 10,000. */
  timeout?: number;
  /** Gives up when it is aborted, with the error `stopped`. */
  signal?: AbortSignal;
}

/**
 * Connects to a listener. With `tls://` the peer's certificate has been verified when this returns.
 *
 * @throws {PinwireError} `refused`, `unknown_host`, `timed_out`, `tls_failed` …
 */
export async function dial(
  address: Address,
  { ca, timeout = 10_000, signal }: DialOptions = {},
): Promise<Connection> {
  const name = formatAddress(address);
  checkDialable(address);
  try {
    if (address.scheme === "unix") {
      const conn = await Deno.connect({ transport: "unix", path: address.path });
      return new SocketConnection(conn, socketPeer(conn.remoteAddr, "unix"));
    }
    if (address.scheme !== "tcp" && address.scheme !== "tls") {
      throw new TypeError(`${address.scheme} has no connections to dial`);
    }
    const late = AbortSignal.timeout(timeout);
    return await dialTcp(address, name, ca, signal ? AbortSignal.any([late, signal]) : late);
  } catch (error) {
    if (signal?.aborted) throw new PinwireError("stopped", `stopped while dialling ${name}`, { exitCode: 0 });
    throw translateDialError(error, name);
  }
}

async function dialTcp(address: InternetAddress, name: string, ca: string | undefined, signal: AbortSignal) {
  const { hostname, port } = address;
  const conn = await Deno.connect({ hostname, port, signal });
  // Linux may pick the port that is being dialled for our own end when nobody listens there.
  if (isSame(conn.localAddr, conn.remoteAddr)) {
    conn.close();
    throw refused(name);
  }
  const peer = socketPeer(conn.remoteAddr, address.scheme as StreamScheme, 0, hostname);
  if (address.scheme === "tcp") return refuseTls(new SocketConnection(conn, peer));
  conn.setNoDelay(true);
  const tls = await Deno.startTls(conn, { hostname, caCerts: ca ? [ca] : [] });
  const onAbort = () => tls.close();
  signal.addEventListener("abort", onAbort);
  try {
    await tls.handshake();
    return new SocketConnection(tls, peer);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    tls.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** The same connection, which ends with `speaks_tls` if all that comes first is an alert of TLS (RFC 8446, section 6). */
function refuseTls(connection: Connection): Connection {
  let isFirst = true;
  return wrapConnection(connection, {
    receive: (sink, options) =>
      connection.receive((bytes) => {
        if (isFirst && isTlsAlert(bytes)) throw speaksTls(connection.peer.name);
        isFirst = false;
        return sink(bytes);
      }, options),
  });
}

function isTlsAlert(bytes: Uint8Array): boolean {
  const [type, major, , high, low] = bytes;
  return bytes.length === 7 && type === 21 && major === 3 && high === 0 && low === 2;
}

const speaksTls = (peer: string) =>
  new PinwireError("speaks_tls", `${peer} speaks TLS`, {
    hint: "write tls:// in front of the address, with --ca for a certificate of your own",
  });

const isSame = (a: Deno.NetAddr, b: Deno.NetAddr) => a.port === b.port && a.hostname === b.hostname;
