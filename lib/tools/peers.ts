import { type Context, serverAddress } from "../app/mod.ts";
import {
  type Address,
  bindDatagram,
  checkInterface,
  type Connection,
  type DatagramSocket,
  hasGone,
  type MessageForm,
  withIdleTimeout,
} from "../net/mod.ts";
import { acceptNext, openListener, reportConnection } from "../session/mod.ts";
import { untilStopped } from "./exchange.ts";

/** What who serves one peer at a time is told. */
export interface PeerOptions {
  /** Whether the next peer is waited for once one has gone. */
  keepOpen: boolean;
  /** Ms without a move after which a connection is closed; 0 is never. */
  idleTimeout: number;
  tlsCert?: string;
  tlsKey?: string;
  /** The interface at which a group is joined. */
  interface?: string;
}

/** What is done with a peer, by the kind of the socket. */
export interface PeerHandlers {
  /** Called once the socket is open, before the ready line. */
  opened(): void;
  /** How the messages of WebSockets are bytes; that of the context if it isn't given. */
  form?: MessageForm;
  /** Returns when the connection is over. */
  connection(connection: Connection): Promise<void>;
  /** Returns when no more is to come, or the socket is closed. */
  datagrams(socket: DatagramSocket): Promise<void>;
}

/**
 * Listens, and serves one peer at a time until the command is to stop. Others wait until it has gone (the backlog of
 * listen(2)); without `keepOpen` nobody else gets in.
 *
 * @throws {PinwireError} why it can't listen there; without `keepOpen`, what went wrong with the one peer
 */
export async function servePeers(
  where: Address,
  options: PeerOptions,
  context: Context,
  handlers: PeerHandlers,
): Promise<void> {
  const { reporter, stop, clock } = context;
  const { address, identity } = await serverAddress(where, options);
  checkInterface(address, options.interface);
  if (address.scheme === "udp") {
    const socket = await bindDatagram(address, options);
    handlers.opened();
    reporter.report({ event: "listening", address: socket.address, sockets: socket.sockets });
    const serving = handlers.datagrams(context.traceDatagrams(socket));
    await untilStopped(serving, stop, () => socket.close(), clock).finally(() => socket.close());
    return;
  }
  const { opened } = handlers;
  const { form } = handlers;
  const listener = await openListener(address, identity, context, { isExact: true, opened, form });
  const { promise: stopping, resolve } = Promise.withResolvers<void>();
  using _closing = stop.onStop(() => {
    listener.close();
    resolve();
  });
  const stopReason = () => stop.signal.aborted ? "stopped" : undefined;
  for (;;) {
    const accepted = await acceptNext(listener, reporter, stopping, clock);
    if (!accepted) return;
    if (!options.keepOpen) listener.close();
    const { idleTimeout } = options;
    const limited = idleTimeout ? withIdleTimeout(accepted, idleTimeout, clock) : accepted;
    const connection = context.traceAccepted(limited);
    const serving = reportConnection(connection, reporter, stopReason, () => handlers.connection(connection));
    await serving.catch((error) => {
      if (!options.keepOpen) throw error;
      // That it has gone is said by "disconnected".
      if (!hasGone(error)) reporter.error(error, connection.peer.name);
    });
    if (!options.keepOpen) return;
  }
}
