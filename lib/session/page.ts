import { type Context, type Event, Reporter } from "../app/mod.ts";
import { parseSpec } from "../framing/mod.ts";
import type { Connection, Listener } from "../net/mod.ts";
import { utf8 } from "../text/mod.ts";
import { type ClientCounter, type Owe, serveConnections } from "./accept.ts";
import type { AdmissionControl, PendingClient } from "./admission.ts";
import type { Token } from "./token.ts";

/** A page beside a server, on a listener of its own, which is open. Nobody is served before {@linkcode begin}. */
export interface Page extends Disposable {
  /**
   * Says where it is.
   *
   * @param token the server's own secret, which that of the page is made of; without it that is another one each time
   * @returns what accepts a connection for each WebSocket of a page that has shown the page's secret
   */
  begin(token?: Token): Promise<Listener>;
  /** Of a page that only looks on: what tells it of what happens. */
  readonly events?: EventTeller;
}

/** Tells pages of a server's events, as they are told of by its `--json`. */
export interface EventTeller {
  /** Whether anybody looks. */
  readonly isWatched: boolean;
  /** Tells them of what only they are told of. */
  tell(event: Event): void;
  /** Tells one of them, until it leaves. */
  serve(connection: Connection): Promise<void>;
}

/** What a server does with the WebSockets of its page. */
export interface PageHandlers {
  token?: Token;
  /** Serves one until it ends. */
  connection(connection: Connection, pending: PendingClient | undefined, owe: Owe): Promise<void>;
}

/** What pages have in common with a server's other clients. */
export interface SharedLimits {
  maxClients: number;
  idleTimeout: number;
  counter?: ClientCounter;
  admission?: AdmissionControl;
}

/** What the session of a page works with: lines in UTF-8, whatever the server speaks otherwise. */
export function pageContext(context: Context): Context {
  return { ...context, encoding: utf8, codec: parseSpec("line") };
}

/**
 * Says where a page is, and serves the WebSockets of it until the context stops. Those that only look on are no clients,
 * and nobody is told of them.
 */
export async function servePage(
  page: Page,
  handlers: PageHandlers | undefined,
  limits: SharedLimits,
  context: Context,
): Promise<void> {
  const { clock, stop: { signal }, recorder, reporter } = context;
  const { events } = page;
  const listener = await page.begin(handlers?.token);
  const common = { clock, signal, maxClients: limits.maxClients };
  if (events) {
    await serveConnections(listener, {
      ...common,
      reporter: errorsOf(reporter),
      idleTimeout: 0,
      handle: (connection) => events.serve(connection),
    });
  } else if (handlers) {
    await serveConnections(recorder?.listener(listener) ?? listener, {
      ...common,
      ...limits,
      reporter,
      handle: (connection, pending, owe) =>
        handlers.connection(context.traceAccepted(connection), pending, owe),
    });
  }
}

/** Tells of errors alone. */
function errorsOf(reporter: Reporter): Reporter {
  return new Reporter({
    program: "",
    role: "server",
    forward: (event) => event.event === "error" && reporter.report(event),
  });
}
