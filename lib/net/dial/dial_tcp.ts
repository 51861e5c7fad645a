import { PinwireError } from "../../errors.ts";
import { type Address, formatAddress, type InternetAddress } from "../address.ts";
import type { Clock } from "../clock.ts";
import { type Connection, SocketConnection } from "../connection.ts";
import type { Endpoint } from "../datagram.ts";
import { refused, translateDialError } from "../io_errors.ts";
import { isIpv6 } from "../ip.ts";
import { socketPeer, type StreamScheme } from "../peer.ts";
import { AllFailed, firstToConnect } from "./first_to_connect.ts";
import { checkFamily, resolveEndpoints } from "./resolve.ts";

/** Connects over TCP, and begins TLS where the address says so; ends soon once `signal` is aborted. */
export async function dialTcp(
  address: InternetAddress,
  { ca, bind }: { ca?: string; bind?: Endpoint },
  signal: AbortSignal,
  clock: Clock,
): Promise<Connection> {
  const name = formatAddress(address as Address);
  const endpoints = checkFamily(await resolveEndpoints(address, signal), bind, name);
  const fromBound = bind && (await import("./bound_conn.ts")).BoundConn.connect;
  const connect = async (endpoint: Endpoint, signal: AbortSignal) => {
    const conn = fromBound
      ? await fromBound(endpoint, bind, signal)
      : await Deno.connect({ ...endpoint, signal });
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
  conn.setNoDelay(true);
  const { hostname } = address;
  const tls = "secure" in conn
    ? await conn.secure(hostname, ca, signal)
    : await secure(conn, hostname, ca, signal);
  return new SocketConnection(tls, peer);
}

async function secure(
  conn: Deno.TcpConn,
  hostname: string,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<Deno.TlsConn> {
  const tls = await Deno.startTls(conn, { hostname, caCerts: ca ? [ca] : [] });
  const onAbort = () => tls.close();
  signal.addEventListener("abort", onAbort);
  try {
    await tls.handshake();
    return tls;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    tls.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
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

const isSame = (a: Deno.NetAddr, b: Deno.NetAddr) => a.port === b.port && a.hostname === b.hostname;
