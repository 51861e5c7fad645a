import {
  ERRNO,
  EVENTS,
  familyOf,
  packIp,
  packPath,
  type Pollable,
  type Sockets,
  systemError,
} from "../../system/mod.ts";
import { bindError } from "../dial/bind_error.ts";
import type { Endpoint } from "../datagram.ts";
import { type Peer, socketPeer } from "../peer.ts";
import { NativeConnection } from "./native_connection.ts";
import { check, denoAddress, localAddress, mayReach, mayUsePath, openSocket } from "./native_socket.ts";
import { watchPeers } from "./vigilance.ts";

/**
 * Connects over TCP by one of the system's own sockets; gives nothing where there are none to be had, and for an address
 * of one link.
 *
 * @param bind our own end, whose port may be 0
 * @throws what the system refuses, in the classes of the runtime; the reason of `signal`; {@linkcode bindError}'s
 */
export function connectTcp(
  { hostname, port }: Endpoint,
  signal: AbortSignal,
  bind?: Endpoint,
): Promise<NativeConnection> | undefined {
  const isPlain = !hostname.includes("%") && !bind?.hostname.includes("%");
  if (!isPlain || !mayReach({ hostname, port })) return undefined;
  return openSocket(familyOf(hostname), (sockets, socket) => {
    if (bind) bindTo(sockets, socket, bind);
    watchPeers(sockets, socket, hostname);
    const remote = { transport: "tcp", hostname, port } as const;
    const peer = socketPeer(remote, "tcp");
    const outcome = sockets.connect(socket, packIp({ hostname, port }));
    if (outcome !== -ERRNO.EINPROGRESS) check(outcome);
    return new Dial(sockets, socket, peer, signal).done;
  });
}

/** The same to a Unix socket, which is there at once or never. */
export function connectPath(path: string): NativeConnection | undefined {
  if (!mayUsePath(path)) return undefined;
  return openSocket("unix", (sockets, socket) => {
    check(sockets.connect(socket, packPath(path)));
    const plain = socketPeer(denoAddress({ path }, "unix"), "unix", 0, path);
    const peer = { ...plain, uid: sockets.options.peerUser(socket) };
    return new NativeConnection(sockets, socket, localAddress(sockets, socket, "unix"), peer);
  });
}

function bindTo(sockets: Sockets, socket: number, bind: Endpoint): void {
  // A connection that has ended keeps its port for a while, and is in nobody's way.
  sockets.options.reuseAddress(socket);
  const outcome = sockets.bind(socket, packIp(bind));
  if (outcome < 0) throw bindError(systemError(-outcome), bind);
}

/** A connection that is being made. */
class Dial implements Pollable {
  readonly done: Promise<NativeConnection>;
  #outcome = Promise.withResolvers<NativeConnection>();
  #sockets: Sockets;
  #socket: number;
  #peer: Peer;
  #signal: AbortSignal;
  #isOver = false;

  constructor(sockets: Sockets, socket: number, peer: Peer, signal: AbortSignal) {
    this.done = this.#outcome.promise;
    this.#sockets = sockets;
    this.#socket = socket;
    this.#peer = peer;
    this.#signal = signal;
    sockets.poller.watch(socket, this);
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort);
  }

  onEvents(events: number): void {
    if (this.#isOver) return;
    const errno = this.#failure(events);
    if (errno) return this.#fail(systemError(errno));
    this.#over();
    const local = localAddress(this.#sockets, this.#socket, "tcp");
    const connection = new NativeConnection(this.#sockets, this.#socket, local, this.#peer);
    // The peer may have said something and ended already, which is told of once.
    connection.onEvents(events);
    this.#outcome.resolve(connection);
  }

  onTurn(): void {}

  /** Why there is no connection; 0 if there is one, be it over already: what the peer said before its reset is there. */
  #failure(events: number): number {
    if (!(events & EVENTS.failed)) return this.#sockets.options.failure(this.#socket);
    const outcome = this.#sockets.peek(this.#socket);
    return outcome < 0 && outcome !== -ERRNO.EAGAIN ? -outcome : 0;
  }

  #onAbort = (): void => this.#fail(this.#signal.reason);

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#over();
    this.#sockets.poller.forget(this.#socket);
    this.#sockets.discard(this.#socket);
    this.#sockets.close();
    this.#outcome.reject(error);
  }

  #over(): void {
    this.#isOver = true;
    this.#signal.removeEventListener("abort", this.#onAbort);
  }
}
