import type { LabEvent, TcpEnd } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { sleep, systemClock, withTimeout } from "../../net/mod.ts";
import type { TcpSocket } from "../../system/socket_tables/proc_net.ts";
import { tcpSockets } from "../../system/socket_tables/tcp_sockets.ts";
import { SCENES } from "./walk.ts";

/** Where both ends are. */
export const HOST = "127.0.0.1";

/** Bytes of a write, and so many that were written and haven't arrived say that the other's window is full. */
const CHUNK = 16_384, BEHIND = 65_536;
/** Ms between two looks at the system's table, and after which a state that should come does not any more. */
const INTERVAL = 10, PATIENCE = 10_000;
/** Looks in a row at which a connection must be waiting: one that is just being made isn't. */
const LOOKS = 5;

/** Whoever looks at the walk. */
export interface PlainAudience {
  tell(event: LabEvent): void;
  /** Done when it may go on. */
  step(): Promise<void>;
  /** Aborted when it is to end early. */
  signal: AbortSignal;
}

/**
 * Walks both ends of connections on the loopback interface through those states of TCP that last there, or can be made
 * to: a SYN that finds the queue of the listener full is sent again later, and a FIN waits behind bytes that the other
 * end doesn't read. SYN_RECV doesn't last.
 *
 * @throws {PinwireError} `no_state` if the system's table doesn't show a state that should come
 */
export async function walkPlain(audience: PlainAudience): Promise<void> {
  await closeOne(audience);
  await closeBoth(audience);
}

async function closeOne(audience: PlainAudience): Promise<void> {
  using ends = new Ends(audience, SCENES.orderly);
  ends.call("server", "listen()");
  const listener = ends.own(Deno.listen({ hostname: HOST, port: 0, tcpBacklog: 1 }));
  await ends.reach(["server", "LISTEN"]);
  await ends.step();
  ends.call("client", "connect()");
  const { connecting } = await waitInQueue(ends);
  // It is awaited only once there is room for it.
  connecting.catch(() => {});
  await ends.reach(["client", "SYN_SENT"]);
  await ends.step();
  ends.call("server", "accept()");
  const server = await accept(ends, listener);
  const client = await connecting;
  await ends.reach(["client", "ESTABLISHED"], ["server", "ESTABLISHED"]);

  await ends.fill("client", client);
  await ends.step();
  await ends.shutDown("client", client);
  await ends.reach(["client", "FIN_WAIT_1"]);
  await ends.step();
  await ends.drain("server", server);
  await ends.reach(["server", "CLOSE_WAIT"], ["client", "FIN_WAIT_2"]);
  await ends.fill("server", server);
  await ends.step();
  await ends.shutDown("server", server);
  await ends.reach(["server", "LAST_ACK"]);
  await ends.step();
  await ends.drain("client", client);
  await ends.reach(["client", "TIME_WAIT"], ["server", "CLOSED"]);
}

async function closeBoth(audience: PlainAudience): Promise<void> {
  using ends = new Ends(audience, SCENES.simultaneous);
  ends.call("server", "listen()");
  const listener = ends.own(Deno.listen({ hostname: HOST, port: 0 }));
  await ends.reach(["server", "LISTEN"]);
  await ends.step();
  ends.call("client", "connect()");
  const client = ends.own(await Deno.connect({ hostname: HOST, port: ends.serverPort }));
  ends.clientPort = client.localAddr.port;
  ends.call("server", "accept()");
  const server = await accept(ends, listener);
  await ends.reach(["client", "ESTABLISHED"], ["server", "ESTABLISHED"]);

  await ends.fill("client", client);
  await ends.fill("server", server);
  await ends.step();
  await ends.shutDown("client", client);
  await ends.reach(["client", "FIN_WAIT_1"]);
  await ends.step();
  await ends.shutDown("server", server);
  await ends.reach(["server", "FIN_WAIT_1"]);
  await ends.step();
  await ends.drain("client", client);
  await ends.reach(["client", "CLOSING"], ["server", "FIN_WAIT_2"]);
  await ends.step();
  await ends.drain("server", server);
  await ends.reach(["server", "TIME_WAIT"], ["client", "TIME_WAIT"]);
}

/** Connects until the listener's queue is full, and gives the connection that has to wait. */
async function waitInQueue(ends: Ends): Promise<{ connecting: Promise<Deno.TcpConn> }> {
  for (;;) {
    const options = { hostname: HOST, port: ends.serverPort, signal: ends.signal };
    const connecting = Deno.connect(options).then((connection) => ends.own(connection));
    if (await isWaiting(connecting, ends)) return { connecting };
  }
}

async function isWaiting(connecting: Promise<unknown>, ends: Ends): Promise<boolean> {
  for (let looks = 0; looks < LOOKS;) {
    if (await withTimeout(INTERVAL, connecting, systemClock)) return false;
    const waiting = tcpSockets().find(({ remote, state }) =>
      remote.port === ends.serverPort && state === "SYN_SENT"
    );
    looks = waiting ? looks + 1 : 0;
    ends.clientPort = waiting?.local.port ?? 0;
  }
  return true;
}

/** Accepts whoever came before the client, and the client; then nobody more. */
async function accept(ends: Ends, listener: Deno.TcpListener): Promise<Deno.TcpConn> {
  for (;;) {
    const connection = ends.own(await listener.accept());
    if (connection.remoteAddr.port !== ends.clientPort) continue;
    listener.close();
    return connection;
  }
}

/** The two ends of a connection, as the system's table has them. */
class Ends implements Disposable {
  readonly signal: AbortSignal;
  /** None until the listener is there. */
  serverPort = 0;
  /** None until the connection is. */
  clientPort = 0;
  readonly #audience: PlainAudience;
  readonly #owned = new DisposableStack();
  readonly #states: Record<TcpEnd, string> = { client: "CLOSED", server: "CLOSED" };

  constructor(audience: PlainAudience, scene: string) {
    this.#audience = audience;
    this.signal = audience.signal;
    // Whatever is waited for at them ends with that.
    this.signal.addEventListener("abort", () => this.#owned.dispose());
    audience.tell({ event: "scene", scene });
    for (const at of ["client", "server"] as const) {
      audience.tell({ event: "tcp_state", at, state: "CLOSED" });
    }
  }

  /** Done when it may go on; it is told by an error if it is to end. */
  async step(): Promise<void> {
    await this.#audience.step();
    this.signal.throwIfAborted();
  }

  call(at: TcpEnd, call: string): void {
    this.#audience.tell({ event: "call", at, call });
  }

  /** Has a socket closed at the end; the first listener is the server's. */
  own<T extends Deno.TcpConn | Deno.TcpListener>(socket: T): T {
    if ("addr" in socket) this.serverPort = socket.addr.port;
    return this.#owned.use(socket);
  }

  /** Waits until each end is in its state, and tells of them in this order. */
  async reach(...wanted: readonly (readonly [TcpEnd, string])[]): Promise<void> {
    const late = systemClock.now() + PATIENCE;
    for (;;) {
      const sockets = this.#sockets();
      const state = (at: TcpEnd) => sockets[at]?.state ?? "CLOSED";
      if (wanted.every(([at, name]) => state(at) === name)) {
        for (const [at] of wanted) this.#tell(at, state(at), sockets[at]?.row);
        return;
      }
      if (systemClock.now() > late) throw noState(wanted.map(([at, name]) => `the ${at} in ${name}`));
      await sleep(INTERVAL, systemClock);
      this.signal.throwIfAborted();
    }
  }

  /** Writes until the other end has no more room. */
  async fill(at: TcpEnd, connection: Deno.TcpConn): Promise<void> {
    connection.setNoDelay(true);
    const chunk = new Uint8Array(CHUNK);
    for (let written = 0;;) {
      const writing = connection.write(chunk);
      if (!await withTimeout(PATIENCE, writing, systemClock)) throw noState([`the ${at}'s window full`]);
      written += await writing;
      const arrived = this.#sockets()[at === "client" ? "server" : "client"]?.receiveQueue ?? 0;
      if (written - arrived >= BEHIND) return this.call(at, `write(${written})`);
    }
  }

  async shutDown(at: TcpEnd, connection: Deno.TcpConn): Promise<void> {
    this.call(at, "shutdown()");
    await connection.closeWrite();
  }

  /** Reads all that comes. */
  async drain(at: TcpEnd, connection: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(BEHIND);
    while (await connection.read(buffer) !== null);
    this.call(at, "read() … = 0");
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }

  #tell(at: TcpEnd, state: string, row: string | undefined): void {
    const before = this.#states[at];
    this.#states[at] = state;
    this.#audience.tell({ event: "tcp_state", at, state, before, ...row !== undefined && { row } });
  }

  /** The server's is the listener while there is none for the client. */
  #sockets(): Partial<Record<TcpEnd, TcpSocket>> {
    const sockets = tcpSockets();
    const between = (from: number, to: number) =>
      sockets.find(({ local, remote }) => local.port === from && remote.port === to);
    const { clientPort, serverPort } = this;
    return {
      client: between(clientPort, serverPort),
      server: between(serverPort, clientPort) ?? between(serverPort, 0),
    };
  }
}

const noState = (what: string[]) =>
  new PinwireError("no_state", `the system's table of sockets doesn't show ${what.join(" and ")}`);
