import { PinwireError } from "../../errors.ts";
import { formatAddress, type HostAddress, isTls } from "../address.ts";
import type { Clock } from "../clock.ts";
import { type Connection, type SocketConn, SocketConnection } from "../connection.ts";
import type { Endpoint } from "../datagram.ts";
import { refused, translateDialError } from "../io_errors.ts";
import { socketPeer, type StreamScheme } from "../peer.ts";
import { startTls } from "./start_tls.ts";
import { connectTcp } from "../native/native_dial.ts";
import { AllFailed, firstToConnect } from "./first_to_connect.ts";
import { checkFamily, resolveEndpoints } from "./resolve.ts";

/** What carries a TCP connection: Deno's own sockets, or those whose own end can be chosen. */
interface Carrier<T extends SocketConn> {
  connect(to: Endpoint, signal: AbortSignal): Promise<T>;
  startTls(conn: T, hostname: string, ca: string | undefined, signal: AbortSignal): Promise<SocketConn>;
}

const DENOS: Carrier<Deno.TcpConn> = {
  connect: (to, signal) => Deno.connect({ ...to, signal }),
  startTls,
};

/** An address that has answered. */
interface Attempt {
  /** Linux may pick the port that is being dialled for our own end when nobody listens there. */
  isWithItself: boolean;
  close(): void;
  /** Makes a connection of it: TLS begins where the address says so. */
  finish(): Promise<Connection> | Connection;
}

/** How to connect over TCP, besides where. */
interface TcpDial {
  ca?: string;
  bind?: Endpoint;
  resolve?: typeof resolveEndpoints;
}

/** What is below an address, where a WebSocket is on top. */
const carrierOf = (address: Pick<HostAddress, "scheme">): StreamScheme => isTls(address) ? "tls" : "tcp";

/** Connects over TCP, and begins TLS where the address says so; ends soon once `signal` is aborted. */
export async function dialTcp(
  address: HostAddress,
  { ca, bind, resolve = resolveEndpoints }: TcpDial,
  signal: AbortSignal,
  clock: Clock,
): Promise<Connection> {
  const name = formatAddress(address);
  const endpoints = checkFamily(await resolve(address, signal), bind, name);
  const connect = async (endpoint: Endpoint, eitherSignal: AbortSignal) => {
    const native = carrierOf(address) === "tcp" ? connectTcp(endpoint, eitherSignal, bind) : undefined;
    const attempt = native
      ? ofConnection(await native)
      : await connectByDeno(endpoint, address, { ca, bind }, eitherSignal, signal);
    if (!attempt.isWithItself) return attempt;
    attempt.close();
    throw refused(name);
  };
  const attempt = await firstToConnect(endpoints, connect, signal, clock).catch((error) => {
    throw error instanceof AllFailed ? explain(error.failures, endpoints, name) : error;
  });
  return await attempt.finish();
}

/** Connects to one address by the runtime's sockets, or by those of `node:net` where our own end is chosen. */
export async function connectByDeno(
  endpoint: Endpoint,
  { scheme, hostname }: HostAddress,
  { ca, bind }: Omit<TcpDial, "resolve">,
  signal: AbortSignal,
  tlsSignal = signal,
): Promise<Attempt> {
  const carried = carrierOf({ scheme });
  const over = <T extends SocketConn>({ startTls }: Carrier<T>, conn: T): Attempt => ({
    isWithItself: isSame(conn.localAddr, conn.remoteAddr),
    close: () => conn.close(),
    async finish() {
      const peer = socketPeer(conn.remoteAddr, carried, 0, endpoint.hostname);
      if (carried === "tcp") return new SocketConnection(conn, peer);
      return new SocketConnection(await startTls(conn, hostname, ca, tlsSignal), peer);
    },
  });
  if (!bind) return over(DENOS, await DENOS.connect(endpoint, signal));
  const carrier = (await import("./bound_carrier.ts")).boundCarrier(bind);
  return over(carrier, await carrier.connect(endpoint, signal));
}

function ofConnection(connection: Connection): Attempt {
  return {
    isWithItself: connection.local.name === connection.peer.name,
    close: () => connection.close(),
    finish: () => connection,
  };
}

/** One error for all the addresses of a name. */
function explain(failures: readonly unknown[], endpoints: readonly Endpoint[], name: string): unknown {
  const errors = failures.map((error) => translateDialError(error, name));
  const [first] = errors;
  if (errors.length === 1 || !(first instanceof PinwireError)) return first;
  const hosts = endpoints.map(({ hostname }) => hostname);
  const codes = errors.map((error) => error instanceof PinwireError ? error.code : "dial_failed");
  const { hint } = first;
  if (codes.every((code) => code === first.code)) {
    if (!(first.code in REASONS)) return first;
    return new PinwireError(first.code, `${first.message} (${hosts.join(", ")})`, { hint, cause: first });
  }
  const reasons = codes.map((code, i) => `${hosts[i]}: ${REASONS[code] ?? String(errors[i])}`);
  return new PinwireError("dial_failed", `${name} can't be reached (${reasons.join("; ")})`, {
    hint,
    cause: first,
  });
}

const REASONS: Record<string, string> = {
  refused: "nobody is listening",
  timed_out: "no answer in time",
  unreachable: "no way there from here",
};

const isSame = (a: Deno.Addr, b: Deno.Addr) =>
  "hostname" in a && "hostname" in b && a.port === b.port && a.hostname === b.hostname;
