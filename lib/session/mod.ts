/**
 * Living with a peer: accepting and serving, dialling again, one message channel over streams and datagrams.
 *
 * @module
 */
export {
  acceptNext,
  type ClientCounter,
  type Owe,
  type Owed,
  serveConnections,
  type ServeOptions,
} from "./accept.ts";
export { AnswerGuard, reportDrops } from "./answer_guard.ts";
export { reportConnection } from "./connection_events.ts";
export { Counts, type Exporter, type Metric, single } from "./metrics.ts";
export { type EventTeller, type Page, pageContext, type PageHandlers, servePage } from "./page.ts";
export { DelayQueue } from "./delay_queue.ts";
export { Heartbeat } from "./heartbeat.ts";
export { type Link, openLink } from "./link.ts";
export { LruMap } from "./lru_map.ts";
export { Session } from "./session.ts";
export { withoutTelnet } from "./telnet.ts";
export { openListener, serve, type ServeHandlers, type ServerOptions } from "./serve.ts";
