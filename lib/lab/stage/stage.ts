import type { LabEvent, SegmentEvent, TcpEnd } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { preciseTime } from "../../net/mod.ts";
import { LINK_TYPES } from "../../packet/mod.ts";
import { SegmentReader } from "../sequence/segments.ts";
import { socketEvent, type Sockets, socketsOn } from "./sockets.ts";
import { LOCAL, type Passing, REMOTE, setVariable, Wire } from "./wire.ts";

/** The server's port. */
export const PORT = 8080;
/** Ms after which a packet that should come does not any more, unless a lesson knows better. */
const PATIENCE = 10_000;

/** The kernel gives nothing up, and repeats little, however long somebody looks at a segment that waits. */
const PATIENT = [
  ["tcp_rto_min_us", "60000000"],
  ["tcp_syn_retries", "127"],
  ["tcp_synack_retries", "255"],
  ["tcp_retries2", "255"],
  ["tcp_orphan_retries", "255"],
] as const;

/** Whoever looks at what happens on a stage. */
export interface Audience {
  tell(event: LabEvent): void;
  /** Takes a packet as it was sent, at a time in µs since 1970. */
  record(packet: Uint8Array, time: number): void;
  /** Done when the next packet may arrive. */
  step(): Promise<void>;
}

/** A packet that waits on the wire, and what was told of it. */
interface Waiting {
  passing: Passing;
  event: SegmentEvent;
}

/**
 * A client and a server on this kernel, and the wire between them, on which each packet waits until it is passed on. It
 * tells of each call, of each segment, and of the states of both ends where they change.
 */
export class Stage implements Disposable {
  /** Whether the states are looked at with each segment; where there are many sockets, a look takes tens of ms. */
  isLooking = true;
  readonly #audience: Audience;
  readonly #wire: Wire;
  readonly #segments = new SegmentReader();
  readonly #waiting: Waiting[] = [];
  /** Where each segment begins that was lost: when it comes again it is a new one for the wire. */
  readonly #lost = new Set<string>();
  #isLost: (event: SegmentEvent) => boolean = () => false;
  #arrival = Promise.withResolvers<void>();
  #clientPort = 0;
  #states: Partial<Record<TcpEnd, string>> = { client: "CLOSED", server: "CLOSED" };
  #count = 0;

  constructor(audience: Audience) {
    this.#audience = audience;
    for (const [name, value] of PATIENT) this.set(name, value);
    this.#wire = new Wire(PORT, (passing) => this.#take(passing));
  }

  /** Tells that a part of the lesson begins. */
  scene(scene: string): void {
    this.#audience.tell({ event: "scene", scene });
  }

  /** The same, of a part that has a connection of its own: both ends are told of as closed, and the wire is empty. */
  begin(scene: string): void {
    this.#wire.take();
    this.#waiting.length = 0;
    this.#isLost = () => false;
    this.scene(scene);
    this.#clientPort = 0;
    this.#states = {};
    this.tellStates();
  }

  /** From now on the wire loses the segments for which this is true; it is asked once for each that is sent. */
  lose(isLost: (event: SegmentEvent) => boolean): void {
    this.#isLost = isLost;
  }

  /** Sets a variable of this network; whether that could be. */
  set(name: string, value: string): boolean {
    return setVariable(name, value);
  }

  /** Tells what a program asks for, or is given. */
  call(at: TcpEnd, call: string): void {
    this.#audience.tell({ event: "call", at, call });
  }

  /** Opens a connection: each of its three segments waits to be passed on, unless `steps` is false. */
  async open(steps = true): Promise<{ client: Deno.TcpConn; server: Deno.TcpConn }> {
    const listener = this.listen();
    const accepting = listener.accept();
    const client = await this.connect(steps);
    const server = await accepting;
    listener.close();
    this.call("server", "accept()");
    return { client, server };
  }

  /**
   * Lets the server listen.
   *
   * @param backlog how many connections may wait for accept(), less one (listen(2))
   */
  listen(backlog?: number): Deno.TcpListener {
    this.call("server", `listen(${backlog ?? ""})`);
    const listener = Deno.listen({ hostname: LOCAL, port: PORT, tcpBacklog: backlog });
    this.tellStates();
    return listener;
  }

  /** Lets a client connect: each of the three segments waits to be passed on, unless `steps` is false. */
  async connect(steps = true): Promise<Deno.TcpConn> {
    const connecting = this.dial();
    await this.#pass("client", steps);
    await this.#pass("server", steps);
    const client = await connecting;
    await this.#pass("client", steps);
    return client;
  }

  /** Lets a client ask for a connection. */
  dial(): Promise<Deno.TcpConn> {
    this.call("client", "connect()");
    return Deno.connect({ hostname: REMOTE, port: PORT });
  }

  /**
   * Lets the next segment of an end arrive.
   *
   * @param patience how long to wait for it, in ms
   * @param steps whether it waits to be passed on
   * @throws {PinwireError} `no_segment` if it has sent none
   */
  async pass(from: TcpEnd, patience = PATIENCE, steps = true): Promise<SegmentEvent> {
    return await this.#pass(from, steps, patience);
  }

  /** Takes note that a segment has arrived, and the other end has thrown it away: it waits on the wire when it comes again. */
  dropped({ from, absolute }: SegmentEvent): void {
    this.#lost.add(`${from} ${absolute.seq}`);
  }

  /**
   * Lets a packet arrive that neither end has sent.
   *
   * @param shown as it is on the wire, where the server is 10.0.0.2
   * @param packet the same to 10.0.0.1, where it is
   */
  inject(shown: Uint8Array, packet: Uint8Array<ArrayBuffer>): void {
    this.#audience.record(shown, preciseTime() * 1000);
    this.#wire.inject(packet);
    this.#wire.take();
  }

  /**
   * Done when so many segments of an end wait on the wire.
   *
   * @param patience how long to wait for them, in ms
   * @throws {PinwireError} `no_segment` if it has sent fewer
   */
  async sent(from: TcpEnd, count = 1, patience = PATIENCE): Promise<void> {
    this.#wire.take();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(noSegment(from, patience)), patience);
    try {
      while (this.waiting(from) < count) await Promise.race([this.#arrival.promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** How many segments of an end wait on the wire. */
  waiting(from: TcpEnd): number {
    return this.#waiting.filter(({ passing }) => passing.from === from).length;
  }

  /** Tells of the states that have changed since it was last told. */
  tellStates(): void {
    const sockets = this.sockets();
    for (const at of ["client", "server"] as const) {
      const before = this.#states[at];
      const { state, row } = sockets[at] ?? { state: "CLOSED" };
      if (state === before) continue;
      this.#states[at] = state;
      this.#audience.tell({
        event: "tcp_state",
        at,
        state,
        ...before !== undefined && { before },
        ...row !== undefined && { row },
      });
    }
  }

  /** Tells what the kernel says of the sockets at both ends: their queues and timers. */
  tellSockets(): void {
    const sockets = this.sockets();
    for (const at of ["client", "server"] as const) {
      const socket = sockets[at];
      if (socket) this.#audience.tell(socketEvent(at, socket));
    }
  }

  /** What the kernel has at both ends, of the client that has sent last. */
  sockets(): Sockets {
    return socketsOn(PORT, this.#clientPort);
  }

  /** Tells what a lesson alone has to tell. */
  tell(event: LabEvent): void {
    this.#audience.tell(event);
  }

  [Symbol.dispose](): void {
    this.#wire[Symbol.dispose]();
  }

  async #pass(from: TcpEnd, steps: boolean, patience = PATIENCE): Promise<SegmentEvent> {
    await this.sent(from, 1, patience);
    const index = this.#waiting.findIndex(({ passing }) => passing.from === from);
    const [{ passing, event }] = this.#waiting.splice(index, 1);
    if (steps) await this.#audience.step();
    this.#wire.deliver(passing);
    if (this.isLooking) this.tellStates();
    return event;
  }

  #take(passing: Passing): void {
    const { packet, from } = passing;
    if (!passing.segment) return;
    const time = preciseTime() * 1000;
    this.#audience.record(packet, time);
    if (passing.isAstray) return;
    if (from === "client") this.#clientPort = passing.segment.sourcePort;
    if (this.isLooking) this.tellStates();
    const number = ++this.#count;
    const captured = { number, offset: 0, interface: 0, linkType: LINK_TYPES.raw, comments: [] };
    const read = this.#segments.read({ ...captured, bytes: packet, length: packet.length });
    if (!read) return;
    const place = `${from} ${read.event.absolute.seq}`;
    const isLost = this.#isLost(read.event);
    const event: SegmentEvent = { ...read.event, ...isLost && { lost: true } };
    this.#audience.tell(event);
    const wasLost = this.#lost.delete(place);
    if (isLost) this.#lost.add(place);
    // Else it is here already, and waits, or has arrived.
    if (isLost || event.again && !wasLost) return;
    this.#waiting.push({ passing, event });
    this.#arrival.resolve();
    this.#arrival = Promise.withResolvers();
  }
}

const noSegment = (from: TcpEnd, patience: number) =>
  new PinwireError("no_segment", `the ${from}'s system has sent nothing for ${patience / 1000} s`, {
    hint: "try again on a machine that is less busy",
  });
