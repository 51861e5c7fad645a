import { SocketCalls } from "../../lib/system/mod.ts";
import { makeCertificate } from "../../lib/tools/cert.ts";
import { isGone, LOOPBACK } from "./connection.ts";
import { tempDir } from "./machine.ts";
import { pinwire, type PinwireOptions } from "./pinwire.ts";
import type { Process } from "./process.ts";

/** Starts `relay --json` on a free port before a server; its console is its stdin. */
export const relayTo = (server: { address: string }, ...options: string[]): Promise<Process> =>
  pinwire(["relay", `${LOOPBACK}:0`, server.address, "--json", ...options]);

/** Has a relay do this to all connections of now; done when it has begun. */
export async function toAll(relay: Process, verb: "stall" | "cut" | "reset"): Promise<void> {
  const from = relay.stderr.length;
  // The help behind it shows that it has been carried out.
  await relay.write(`${verb} all\nhelp\n`);
  await relay.sees(new RegExp(`^[^]{${from},}quit .*\n$`), "stderr");
}

/** What carries a stream. */
export type StreamScheme = "tcp" | "tls" | "unix";
export const STREAMS: readonly StreamScheme[] = Deno.build.os === "windows"
  ? ["tcp", "tls"]
  : ["tcp", "tls", "unix"];

/** A relay with a listener of the test's behind it. */
export interface RelayWorld extends AsyncDisposable {
  relay: Process;
  /** Where the relay takes its clients. */
  listener: Deno.Listener<Deno.Conn>;
  /** A client, and no more: nobody accepts it at the target yet. */
  dial(): Promise<Deno.Conn>;
  /** A client, and the target's end of the same. */
  connect(): Promise<[client: Deno.Conn, target: Deno.Conn]>;
}

/** Options of {@linkcode startRelay}. */
export interface RelayWorldOptions extends PinwireOptions {
  listen?: StreamScheme | "udp";
  target?: StreamScheme;
  /** The port of a target that is UDP in place of that. */
  udpTarget?: number;
}

/** Starts a relay with these options, from one stream to another. */
export async function startRelay(
  args: string[] = [],
  { listen = "tcp", target = "tcp", udpTarget, ...options }: RelayWorldOptions = {},
): Promise<RelayWorld> {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await tempDir());
  const identity = await makeCertificate([LOOPBACK]);
  const files: string[] = [];
  if (listen === "tls") files.push("--tls-cert", `${path}/cert`, "--tls-key", `${path}/key`);
  if (target === "tls") files.push("--ca", `${path}/cert`);
  await Promise.all([
    Deno.writeTextFile(`${path}/cert`, identity.cert),
    Deno.writeTextFile(`${path}/key`, identity.key),
  ]);
  const listener = stack.use(openListener(target, `${path}/target`, identity));
  const there = udpTarget !== undefined
    ? `udp://${LOOPBACK}:${udpTarget}`
    : target === "unix"
    ? `unix:${path}/target`
    : `${target}://${LOOPBACK}:${(listener.addr as Deno.NetAddr).port}`;
  const here = listen === "unix" ? `unix:${path}/relay` : `${listen}://${LOOPBACK}:0`;
  const relay = stack.use(await pinwire(["relay", here, there, ...files, ...args], options));

  function dial(): Promise<Deno.Conn> {
    if (listen === "unix") return Deno.connect({ transport: "unix", path: `${path}/relay` });
    const where = { hostname: LOOPBACK, port: relay.port };
    return listen === "tls" ? Deno.connectTls({ ...where, caCerts: [identity.cert] }) : Deno.connect(where);
  }
  const kept = stack.move();
  return {
    relay,
    listener,
    dial,
    connect: () => Promise.all([dial(), listener.accept()]),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function openListener(scheme: StreamScheme, path: string, identity: { cert: string; key: string }) {
  if (scheme === "unix") return Deno.listen({ transport: "unix", path });
  const where = { hostname: LOOPBACK, port: 0 };
  return scheme === "tls" ? Deno.listenTls({ ...where, ...identity }) : Deno.listen(where);
}

/** Everything that comes: behind it `$` for the end of the stream, ` RST` for a reset. */
export async function seenBy(conn: Deno.Conn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(65_536);
  try {
    for (let n; (n = await conn.read(buffer)) !== null;) {
      text += new TextDecoder().decode(buffer.subarray(0, n));
    }
    return `${text}$`;
  } catch (error) {
    if (!isGone(error)) throw error;
    return `${text} RST`;
  }
}

/** The next `count` bytes, as text. */
export async function take(conn: Deno.Conn, count: number): Promise<string> {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const n = await conn.read(bytes.subarray(at));
    if (n === null) throw new Error(`the end after ${at} of ${count} bytes`);
    at += n;
  }
  return new TextDecoder().decode(bytes);
}

/** Writes all of it. */
export async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Every byte once, then random ones. */
export function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  for (let i = 0; i < 256 && i < count; i++) bytes[i] = i;
  return bytes;
}

/** The SHA-256 of all that comes until the end of the stream, in hex. */
export async function digestOf(conn: Deno.Conn): Promise<string> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const buffer = new Uint8Array(65_536);
  for (let n; (n = await conn.read(buffer)) !== null;) parts.push(buffer.slice(0, n));
  return await sha256(await new Blob(parts).arrayBuffer());
}

export async function sha256(bytes: BufferSource): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Ends a TCP connection by a reset. */
export function resetConn(conn: Deno.Conn): void {
  const calls = SocketCalls.open()!;
  const { localAddr, remoteAddr } = conn as Deno.TcpConn;
  if (!calls.reset(localAddr, remoteAddr)) throw new Error("there was nothing to reset");
  calls.close();
  conn.close();
}
