import { PinwireError } from "../../errors.ts";
import { type Address, formatAddress, type InternetAddress } from "../address.ts";
import type { Clock } from "../clock.ts";
import { type Connection, type SocketConn, SocketConnection } from "../connection.ts";
import type { Endpoint } from "../datagram.ts";
import { refused, translateDialError } from "../io_errors.ts";
import { socketPeer, type StreamScheme } from "../peer.ts";
import { startTls } from "./start_tls.ts";
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

/** Connects over TCP, and begins TLS where the address says so; ends soon once `signal` is aborted. */
export async function dialTcp(
  address: InternetAddress,
  { ca, bind, resolve = resolveEndpoints }: {
    ca?: string;
    bind?: Endpoint;
    resolve?: typeof resolveEndpoints;
  },
  signal: AbortSignal,
  clock: Clock,
): Promise<Connection> {
  const endpoints = checkFamily(
    await resolve(address, signal),
    bind,
    formatAddress(address as Address),
  );
  if (!bind) return await dialEach(endpoints, address, ca, DENOS, signal, clock);
  const { boundCarrier } = await import("./bound_carrier.ts");
  return await dialEach(endpoints, address, ca, boundCarrier(bind), signal, clock);
}

async function dialEach<T extends SocketConn>(
  endpoints: readonly Endpoint[],
  address: InternetAddress,
  ca: string | undefined,
  carrier: Carrier<T>,
  signal: AbortSignal,
  clock: Clock,
): Promise<Connection> {
  const name = formatAddress(address as Address);
  const connect = async (endpoint: Endpoint, signal: AbortSignal) => {
    const conn = await carrier.connect(endpoint, signal);
    // Linux may pick the port that is being dialled for our own end when nobody listens there.
    if (!isSame(conn.localAddr, conn.remoteAddr)) return { conn, endpoint, close: () => conn.close() };
    conn.close();
    throw refused(name);
  };
  const { conn, endpoint } = await firstToConnect(endpoints, connect, signal, clock)
    .catch((error) => {
      throw error instanceof AllFailed ? explain(error.failures, endpoints, name) : error;
    });
  const peer = socketPeer(conn.remoteAddr, address.scheme as StreamScheme, 0, endpoint.hostname);
  if (address.scheme === "tcp") return new SocketConnection(conn, peer);
  return new SocketConnection(await carrier.startTls(conn, address.hostname, ca, signal), peer);
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
