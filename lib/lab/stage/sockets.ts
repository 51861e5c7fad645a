import type { TcpEnd, TcpSocketEvent } from "../../app/mod.ts";
import { parseProcNetTcp, type TcpSocket } from "../../system/socket_tables/proc_net.ts";
import { REMOTE } from "./wire.ts";

/** The sockets at both ends of a connection, where there are any. */
export type Sockets = Partial<Record<TcpEnd, TcpSocket>>;

/** The sockets of this network between two ports; the server's is the listener while it has none for the client. */
export function socketsOn(serverPort: number, clientPort: number): Sockets {
  const sockets = parseProcNetTcp(Deno.readTextFileSync("/proc/self/net/tcp"));
  const client = sockets.find(({ local, remote }) =>
    local.port === clientPort && remote.address === REMOTE && remote.port === serverPort
  );
  const server =
    sockets.find(({ local, remote }) =>
      local.port === serverPort && remote.port === clientPort && clientPort
    ) ??
      sockets.find(({ local, state }) => local.port === serverPort && state === "LISTEN");
  return { client, server };
}

/** What is told of a socket. */
export function socketEvent(at: TcpEnd, socket: TcpSocket): TcpSocketEvent {
  const { local, remote, state, sendQueue, receiveQueue, timer, timeLeft, retransmissions } = socket;
  return {
    event: "tcp_socket",
    at,
    local: nameOf(local),
    remote: nameOf(remote),
    state,
    send_queue: sendQueue,
    receive_queue: receiveQueue,
    ...timer !== "none" && { timer, time_left: timeLeft },
    retransmissions,
  };
}

/** An end of a socket; a listener's other one is nobody yet. */
export function nameOf({ address, port }: TcpSocket["local"]): string {
  if (!port) return "*";
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
