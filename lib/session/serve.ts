import { type Context, serverAddress } from "../app/mod.ts";
import {
  type Address,
  bindDatagram,
  checkInterface,
  type Connection,
  type DatagramSocket,
  listen,
  type Listener,
  type MessageForm,
  type ServerIdentity,
  withTimeout,
} from "../net/mod.ts";
import { countClients, DRAIN_TIME, type Owe, type Owed, serveConnections } from "./accept.ts";
import type { AdmissionControl, PendingClient } from "./admission.ts";
import type { Exporter, Metric } from "./metrics.ts";
import { type Page, type PageHandlers, servePage } from "./page.ts";

/** The values of the options that every server has, as `options.ts` declares them. */
export interface ServerOptions {
  maxClients: number;
  idleTimeout: number;
  tlsCert?: string;
  tlsKey?: string;
  /** The interface at which a group is joined. */
  interface?: string;
  /** Where browsers find it, too. */
  page?: Page;
  /** Where it is asked for its metrics. */
  exporter?: Exporter;
  /** More names that requests for WebSockets may give this server. */
  webHost?: readonly string[];
}

/** What a server does with what comes, by the kind of its socket. */
export interface ServeHandlers {
  connection(connection: Connection, pending: PendingClient | undefined, owe: Owe): Promise<void>;
  /** Where connections wait until they have proven that they know a token. */
  admission?: AdmissionControl;
  /** Returns when the socket is closed, or closes nothing and returns early to stop the server. */
  datagrams?(socket: DatagramSocket, owe: Owe): Promise<void>;
  /** Bytes pass as they are: no time limits what is sent to a peer that has ended its side. */
  isExact?: boolean;
  /** How the messages of WebSockets are bytes; that of the context if it isn't given. */
  form?: MessageForm;
  /** What the ready line warns of. */
  warning?: string;
  /** What is counted besides what every server counts. */
  metrics?: readonly Metric[];
  /** What is done with the WebSockets of its page, where there is one. */
  page?: PageHandlers;
  /** Called once the socket is open, before the ready line, with its address: `tcp://127.0.0.1:11235`. */
  opened(address: string): void;
}

/**
 * Listens on an address of any kind until the context is asked to stop, and says when it is ready.
 *
 * @throws {PinwireError} why it can't listen there
 */
export async function serve(
  where: Address,
  options: ServerOptions,
  uncounted: Context,
  handlers: ServeHandlers,
): Promise<void> {
  const { page, exporter, maxClients, idleTimeout } = options;
  const context = exporter?.counts.over(uncounted) ?? uncounted;
  const { reporter, stop } = context;
  const counter = countClients();
  const servePages = async () => {
    exporter?.begin(handlers.metrics ?? []);
    const limits = { maxClients, idleTimeout, counter, admission: handlers.admission };
    if (page) await servePage(page, handlers.page, limits, context);
  };
  const { address, identity } = await serverAddress(where, options);
  checkInterface(address, options.interface);
  if (address.scheme === "udp") {
    const socket = await bindDatagram(address, options);
    let owed: Owed | undefined;
    using _closing = stop.onStop(async () => {
      if (owed) await withTimeout(DRAIN_TIME, owed.settled(), context.clock);
      socket.close();
    });
    handlers.opened(socket.address);
    reporter.report({ event: "listening", address: socket.address, sockets: socket.sockets });
    const answerAll = async () => {
      await handlers.datagrams?.(context.traceDatagrams(socket), (given) => owed = given);
      socket.close();
      page?.[Symbol.dispose]();
    };
    await Promise.all([answerAll(), servePages()]);
  } else {
    const hosts = options.webHost;
    const listener = await openListener(address, identity, context, { ...handlers, hosts });
    const serving = serveConnections(listener, {
      reporter,
      clock: context.clock,
      signal: stop.signal,
      maxClients,
      idleTimeout,
      counter,
      admission: handlers.admission,
      handle: (connection, pending, owe) =>
        handlers.connection(context.traceAccepted(connection), pending, owe),
    });
    await Promise.all([serving, servePages()]);
  }
}

/**
 * Listens for streams, and says when it is ready. What is accepted is recorded.
 *
 * @throws {PinwireError} why it can't listen there
 */
export async function openListener(
  address: Address,
  identity: ServerIdentity | undefined,
  { recorder, reporter, form: ownForm }: Context,
  { isExact, warning: own, opened, hosts, form = ownForm }:
    & Pick<ServeHandlers, "isExact" | "warning" | "opened" | "form">
    & { hosts?: readonly string[] },
): Promise<Listener> {
  const warning = [...new Set([own, recorder?.warning(address)])].filter(Boolean).join("; ");
  const bare = await listen(address, { identity, isExact, webSocket: { form, hosts } });
  const listener = recorder?.listener(bare) ?? bare;
  const { address: where, sockets } = listener;
  opened(where);
  reporter.report({ event: "listening", address: where, sockets, ...warning && { warning } });
  return listener;
}
