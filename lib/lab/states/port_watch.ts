import type { TcpSocketEvent, TcpStateEvent } from "../../app/mod.ts";
import type { TcpSocket } from "../../system/socket_tables/proc_net.ts";
import { socketEvent } from "../stage/sockets.ts";

/** Finds out what has changed at a port between two looks at the kernel's table. */
export class PortWatch {
  readonly #port: number;
  #known?: ReadonlyMap<string, TcpSocketEvent>;

  constructor(port: number) {
    this.#port = port;
  }

  /** What is told after a look: the first time each socket, later on what is new, or has changed, or is gone. */
  look(sockets: readonly TcpSocket[]): (TcpStateEvent | TcpSocketEvent)[] {
    const known = this.#known ?? new Map<string, TcpSocketEvent>();
    const isFirst = this.#known === undefined;
    const found = this.#found(sockets);
    this.#known = found;
    const events: (TcpStateEvent | TcpSocketEvent)[] = [];
    for (const [key, socket] of found) {
      const before = known.get(key);
      const hasMoved = before ? before.state !== socket.state : !isFirst;
      if (hasMoved) events.push(stateEvent(socket, socket.state, before?.state));
      if (hasMoved || !before || hasChanged(before, socket)) events.push(socket);
    }
    for (const [key, socket] of known) {
      if (!found.has(key)) events.push(stateEvent(socket, "CLOSED", socket.state));
    }
    return events;
  }

  #found(sockets: readonly TcpSocket[]): Map<string, TcpSocketEvent> {
    const found = new Map<string, TcpSocketEvent>();
    for (const socket of sockets) {
      const isServer = socket.local.port === this.#port;
      if (!isServer && socket.remote.port !== this.#port) continue;
      const event = socketEvent(isServer ? "server" : "client", socket);
      // Several listeners that share a port are told of as one.
      if (!found.has(keyOf(event))) found.set(keyOf(event), event);
    }
    return found;
  }
}

/** The name of a socket among others: its two ends. */
export const keyOf = ({ local, remote }: { local?: string; remote?: string }) => `${local} ${remote}`;

function hasChanged(before: TcpSocketEvent, now: TcpSocketEvent): boolean {
  return (["send_queue", "receive_queue", "timer", "retransmissions"] as const).some((field) =>
    before[field] !== now[field]
  );
}

function stateEvent(
  { at, local, remote }: TcpSocketEvent,
  state: string,
  before: string | undefined,
): TcpStateEvent {
  return { event: "tcp_state", at, state, ...before !== undefined && { before }, local, remote };
}
