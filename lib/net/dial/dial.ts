import { PinwireError, usageError } from "../../errors.ts";
import { abstractName, type Address, checkAbstract, formatAddress, isWeb } from "../address.ts";
import { type Clock, systemClock } from "../clock.ts";
import { type Connection, SocketConnection } from "../connection.ts";
import { wrapConnection } from "../wrap_connection.ts";
import type { Endpoint } from "../datagram.ts";
import { pause } from "../deadline.ts";
import { hasGone, translateDialError } from "../io_errors.ts";
import { connectPath } from "../native/native_dial.ts";
import { socketPeer } from "../peer.ts";
import { dialTcp } from "./dial_tcp.ts";
import type { WebSocketRequest } from "../websocket/dial.ts";
import type { resolveEndpoints } from "./resolve.ts";

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
  /** An attempt ends after this many ms, its resolving and its handshake included; default 10,000, 0 is never. */
  timeout?: number;
  /** Gives up when it is aborted, with the error `stopped`. */
  signal?: AbortSignal;
  /** Further attempts, a second apart, where nobody is there yet; default 0. */
  retry?: number;
  /** Our own end: an IP address of this machine, and a port, where 0 is any. */
  bind?: Endpoint;
  /** Finds the addresses of a host; default: asks the system's resolver. */
  resolve?: typeof resolveEndpoints;
  /** The interface by which datagrams to a group, or a broadcast, leave, by its name or one of its addresses. */
  interface?: string;
  /** Hands bytes over as they come: an alert of TLS is data, and no error. */
  isExact?: boolean;
  /** What a WebSocket's request says, and how its messages are bytes. */
  webSocket?: WebSocketRequest;
}

/** How long an attempt may take, in ms. */
export const DIAL_TIMEOUT = 10_000;
/** Ms between two attempts. */
const RETRY_INTERVAL = 1_000;

/** What another attempt may not meet again. */
const PASSING = [
  "refused",
  "timed_out",
  "unreachable",
  "not_found",
  "unknown_host",
  "connection_reset",
  "connection_closed",
  "dial_failed",
];

/**
 * Connects to a listener. With `tls://` the peer's certificate has been verified when this returns, with `ws://` it has
 * agreed to a WebSocket. A name with several
 * addresses means the first that answers (RFC 8305).
 *
 * @throws {PinwireError} `refused`, `unknown_host`, `timed_out`, `tls_failed` …
 */
export async function dial(
  address: Address,
  options: DialOptions = {},
  clock: Clock = systemClock,
): Promise<Connection> {
  checkDialable(address);
  const { retry = 0, signal = new AbortController().signal } = options;
  for (let left = retry; !signal.aborted; left--) {
    try {
      return await attempt(address, options, signal, clock);
    } catch (error) {
      if (signal.aborted) break;
      const mayPass = error instanceof PinwireError && PASSING.includes(error.code);
      if (!left || !mayPass) throw error;
    }
    await pause(RETRY_INTERVAL, signal, clock);
  }
  throw stopped(formatAddress(address));
}

/** That Ctrl-C or the like came before there was a connection, which is no failure. */
export function stopped(name: string): PinwireError {
  return new PinwireError("stopped", `stopped while dialling ${name}`, { exitCode: 0 });
}

async function attempt(
  address: Address,
  { ca, bind, resolve, isExact, webSocket = {}, timeout = DIAL_TIMEOUT }: DialOptions,
  signal: AbortSignal,
  clock: Clock,
): Promise<Connection> {
  const name = formatAddress(address);
  try {
    if (address.scheme === "unix") {
      const { path } = address;
      if (abstractName(path) !== undefined) checkAbstract();
      return connectPath(path) ?? await connectPathByDeno(path);
    }
    if (address.scheme === "udp") throw new TypeError("UDP has no connections to dial");
    const deadline = withDeadline(signal, timeout);
    const connection = await dialTcp(address, { ca, bind, resolve }, deadline, clock);
    if (isWeb(address)) {
      const { askForWebSocket } = await import("../websocket/dial.ts");
      return await askForWebSocket(connection, address, webSocket, deadline, clock);
    }
    return address.scheme === "tcp" && !isExact ? refuseTls(connection) : connection;
  } catch (error) {
    throw translateDialError(error, name);
  }
}

/** Connects to a Unix socket by the runtime's own. */
export async function connectPathByDeno(path: string): Promise<SocketConnection> {
  const conn = await Deno.connect({ transport: "unix", path });
  return new SocketConnection(conn, socketPeer(conn.remoteAddr, "unix", 0, path));
}

/** A signal that is aborted with `signal`, or after `timeout` ms, where 0 is never. */
export function withDeadline(signal: AbortSignal, timeout: number): AbortSignal {
  return timeout ? AbortSignal.any([signal, AbortSignal.timeout(timeout)]) : signal;
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

/**
 * The same connection, of which every byte is handed on, and which ends with `speaks_tls` if all of them are such an alert.
 */
export function tellOfTls(connection: Connection): Connection {
  if (connection.peer.scheme !== "tcp") return connection;
  let isAlert: boolean | undefined;
  return wrapConnection(connection, {
    async receive(sink, options) {
      const take = (bytes: Uint8Array) => {
        isAlert = isAlert === undefined && isTlsAlert(bytes);
        return sink(bytes);
      };
      try {
        await connection.receive(take, options);
      } catch (error) {
        if (!isAlert || !hasGone(error)) throw error;
      }
      if (isAlert) throw speaksTls(connection.peer.name);
    },
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
