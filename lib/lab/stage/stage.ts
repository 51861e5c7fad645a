import type { LabEvent, TcpEnd } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { LINK_TYPES } from "../../packet/mod.ts";
import { parseProcNetTcp } from "../../system/proc_net.ts";
import { SegmentReader } from "../sequence/segments.ts";
import { LOCAL, type Passing, REMOTE, Wire } from "./wire.ts";

/** The server's port. */
export const PORT = 8080;
/** Ms after which a packet that should come does not any more. */
const PATIENCE = 10_000;

/** Whoever looks at what happens on a stage. */
export interface Audience {
  tell(event: LabEvent): void;
  /** Takes a packet as it was sent, at a time in µs since 1970. */
  record(packet: Uint8Array, time: number): void;
  /** Done when the next packet may arrive. */
  step(): Promise<void>;
}

/**
 * A client and a server on this kernel, and the wire between them, on which each packet waits until it is passed on. It
 * tells of each call, of each segment, and of the states of both ends where they change.
 */
export class Stage implements Disposable {
  readonly #audience: Audience;
  readonly #wire: Wire;
  readonly #segments = new SegmentReader();
  readonly #waiting: Passing[] = [];
  #arrival = Promise.withResolvers<void>();
  #clientPort = 0;
  #states: Record<TcpEnd, string> = { client: "CLOSED", server: "CLOSED" };
  #count = 0;

  constructor(audience: Audience) {
    this.#audience = audience;
    this.#wire = new Wire(PORT, (passing) => this.#take(passing));
  }

  /** Tells what a program asks for, or is given. */
  call(at: TcpEnd, call: string): void {
    this.#audience.tell({ event: "call", at, call });
  }

  /** Begins to listen, as the server. */
  listen(): Deno.TcpListener {
    this.call("server", "listen()");
    const listener = Deno.listen({ hostname: LOCAL, port: PORT });
    this.tellStates();
    return listener;
  }

  /** Begins to connect, as the client. */
  connect(): Promise<Deno.TcpConn> {
    this.call("client", "connect()");
    return Deno.connect({ hostname: REMOTE, port: PORT });
  }

  /**
   * Lets the next segment of an end arrive.
   *
   * @throws {PinwireError} `no_segment` if it has sent none
   */
  async pass(from: TcpEnd): Promise<void> {
    const passing = await this.#next(from);
    await this.#audience.step();
    this.#wire.deliver(passing);
    this.tellStates();
  }

  /** Tells of the states that have changed since it was last told. */
  tellStates(): void {
    const states = this.#readStates();
    for (const at of ["client", "server"] as const) {
      if (states[at] === this.#states[at]) continue;
      this.#states[at] = states[at];
      this.#audience.tell({ event: "tcp_state", at, state: states[at] });
    }
  }

  [Symbol.dispose](): void {
    this.#wire[Symbol.dispose]();
  }

  #take(passing: Passing): void {
    const { packet, from } = passing;
    if (!passing.segment) return;
    const time = (performance.timeOrigin + performance.now()) * 1000;
    this.#audience.record(packet, time);
    if (from === "client") this.#clientPort = passing.segment.sourcePort;
    this.tellStates();
    const number = ++this.#count;
    const captured = { number, offset: 0, interface: 0, linkType: LINK_TYPES.raw, comments: [] };
    const { event } = this.#segments.read({ ...captured, bytes: packet, length: packet.length }) ?? {};
    if (!event) return;
    this.#audience.tell(event);
    // It is here already, and waits.
    if (event.again) return;
    this.#waiting.push(passing);
    this.#arrival.resolve();
    this.#arrival = Promise.withResolvers();
  }

  async #next(from: TcpEnd): Promise<Passing> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(noSegment(from)), PATIENCE);
    try {
      for (;;) {
        const index = this.#waiting.findIndex((one) => one.from === from);
        if (index >= 0) return this.#waiting.splice(index, 1)[0];
        await Promise.race([this.#arrival.promise, late.promise]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #readStates(): Record<TcpEnd, string> {
    const sockets = parseProcNetTcp(Deno.readTextFileSync("/proc/self/net/tcp"));
    const client = sockets.find(({ local, remote }) =>
      local.port === this.#clientPort && remote.address === REMOTE && remote.port === PORT
    );
    const server =
      sockets.find(({ local, remote }) => local.port === PORT && remote.port === this.#clientPort) ??
        sockets.find(({ local, state }) => local.port === PORT && state === "LISTEN");
    return { client: client?.state ?? "CLOSED", server: server?.state ?? "CLOSED" };
  }
}

const noSegment = (from: TcpEnd) =>
  new PinwireError("no_segment", `the ${from}'s system has sent nothing for ${PATIENCE / 1000} s`, {
    hint: "try again on a machine that is less busy",
  });
