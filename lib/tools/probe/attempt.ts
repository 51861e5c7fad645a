import { messageOf, PinwireError } from "../../errors.ts";
import type { ProbeEvent } from "../../app/mod.ts";
import {
  type Address,
  bindDatagram,
  type Clock,
  type Connection,
  dial,
  type DialOptions,
  type Endpoint,
  hasListener,
  type HostAddress,
  isIpv6,
  isLoopback,
  isTls,
  tlsFault,
  withDeadline,
  withTimeout,
} from "../../net/mod.ts";

/** Ms in which a loopback that is up has answered. */
const LOOPBACK_TIMEOUT = 500;

/** What an attempt has found. */
export type Finding = Omit<ProbeEvent, "event" | "address">;

/** How to dial; `timeout` is in ms, 0 is never. */
export type AttemptOptions = DialOptions & Required<Pick<DialOptions, "timeout" | "signal" | "resolve">>;

/**
 * Looks at one address once.
 *
 * @throws {PinwireError} `stopped` if the signal is aborted
 */
export async function attempt(address: Address, options: AttemptOptions, clock: Clock): Promise<Finding> {
  const started = clock.now();
  const took = () => Math.round((clock.now() - started) * 100) / 100;
  if (address.scheme === "udp") return { ...await attemptUdp(address, options), ms: took() };
  let connection: Connection;
  try {
    connection = await dial(address, options);
  } catch (error) {
    const ms = took();
    if (codeOf(error) !== "tls_failed" || tlsFault(error) === "no TLS") return { ...failure(error), ms };
    return { state: "open", ms, ...await untrusted(address as HostAddress, error, options, clock) };
  }
  const ms = took();
  try {
    if (isTls(address)) {
      return { state: "open", ms, ...await trusted(address, connection, ms, options, clock) };
    }
    const { tcpInfo } = connection;
    return { state: "open", ms, ...tcpInfo && { tcp: tcpInfo } };
  } finally {
    connection.close();
  }
}

/**
 * The server's certificate is good. Whether it asks for ours is heard after the handshake alone (RFC 8446, section
 * 4.4.2.4), one way there and back later: the handshake's own time, in `ms`, is enough for that.
 */
async function trusted(
  address: HostAddress,
  connection: Connection,
  ms: number,
  options: AttemptOptions,
  clock: Clock,
): Promise<Partial<Finding>> {
  let refusal: unknown;
  const ended = connection.receive(() => {}).catch((error) => refusal = error);
  await withTimeout(ms, ended, clock);
  // A server of one client at a time, such as openssl's, takes no second one before.
  connection.close();
  await ended;
  const facts = await factsOf(address, options, clock, connection.peer.host);
  return {
    tls: { trusted: true, ...facts?.tls },
    ...facts?.fault !== undefined && { reason: facts.fault },
    ...codeOf(refusal) === "tls_failed" && why(refusal),
  };
}

async function untrusted(
  address: HostAddress,
  error: unknown,
  options: AttemptOptions,
  clock: Clock,
): Promise<Partial<Finding>> {
  const facts = await factsOf(address, options, clock);
  const known = why(error);
  const isOwnIssuer = facts?.isSelfSigned && known.reason === "unknown issuer";
  return {
    tls: { trusted: false, ...facts?.tls },
    ...known,
    ...isOwnIssuer && { reason: "self-signed" },
  };
}

// Only this needs node:tls, which takes its time to load.
async function factsOf(
  address: HostAddress,
  { bind, timeout, signal }: AttemptOptions,
  clock: Clock,
  host?: string,
) {
  const { peerFacts } = await import("./tls_facts.ts");
  const until = withDeadline(signal, timeout);
  return await peerFacts(address, { host, from: bind?.hostname, signal: until, now: clock.wall() });
}

/** Of an address that isn't open. */
function failure(error: unknown): Pick<Finding, "state" | "reason" | "hint"> {
  switch (codeOf(error)) {
    case "refused":
      return { state: "closed" };
    case "timed_out":
      return { state: "no answer" };
    case "connection_closed":
    case "connection_reset":
      return {
        state: "closed",
        reason: "it hung up",
        hint: "what listens there may speak no TLS, or be not ready yet",
      };
    case "no_websocket":
    case "speaks_tls":
    case "tls_failed":
    case "not_found":
    case "path_too_long":
    case "permission_denied":
      return { state: "closed", ...why(error) };
    case "unknown_host":
      return { ...why(error), state: "no answer", reason: "unknown host" };
    case "unreachable":
    case "dial_failed":
      return { state: "no answer", ...why(error) };
  }
  throw error;
}

function why(error: unknown): Required<Pick<Finding, "reason">> & Pick<Finding, "hint"> {
  const hint = error instanceof PinwireError ? error.hint : undefined;
  return { reason: tlsFault(error) ?? messageOf(error), ...hint !== undefined && { hint } };
}

const codeOf = (error: unknown) => error instanceof PinwireError ? error.code : undefined;

// Nothing is sent to a port of this machine: it might be somebody's only datagram.
async function attemptUdp(
  address: HostAddress,
  { bind, resolve, signal }: AttemptOptions,
): Promise<Pick<Finding, "state" | "reason" | "hint">> {
  try {
    const endpoints = await resolve(address, signal);
    const own = endpoints.filter(({ hostname }) => isLoopback(hostname));
    if (!own.length) await send(endpoints[0], bind);
    else if (!own.some(hasListener)) return { state: "closed" };
    return { state: "open or silent" };
  } catch (error) {
    return failure(error);
  }
}

async function send(endpoint: Endpoint, bind?: Endpoint): Promise<void> {
  const any = { hostname: isIpv6(endpoint.hostname) ? "::" : "0.0.0.0", port: 0 };
  const socket = await bindDatagram({ scheme: "udp", ...bind ?? any });
  try {
    await socket.send(new Uint8Array(), endpoint);
  } finally {
    socket.close();
  }
}

/**
 * Loads what TLS needs, and lets the runtime read the certificates that this machine trusts: the 0.1 s that this takes, in
 * which nothing else moves, would be taken for the time of the first attempts. It does so in a handshake alone; where no
 * loopback is up, or `signal` is aborted before, the first attempts do take that time.
 */
export async function prepareTls(signal: AbortSignal): Promise<void> {
  await import("./tls_facts.ts");
  try {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const to = { hostname: "127.0.0.1", port: listener.addr.port };
    const conn = await Deno.connect({ ...to, signal: withDeadline(signal, LOOPBACK_TIMEOUT) });
    (await Deno.startTls(conn, { hostname: "localhost" })).close();
  } catch {
    // Nothing of this is about any address: what is wrong there too is told of it.
  }
}
