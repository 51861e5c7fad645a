/**
 * Sockets for every mode: addresses, listeners and dialers for TCP, TLS, Unix sockets and UDP, limits,
 * graceful stopping, events, and what crosses the wire made visible.
 *
 * @module
 */
export {
  type Address,
  type AddressDefaults,
  formatAddress,
  hostPort,
  type InternetAddress,
  isIpAddress,
  isLoopback,
  isPeerLocal,
  parseAddress,
  type Scheme,
  type UnixAddress,
} from "./address.ts";
export { type Connection, type DrainableConnection, HALF_CLOSE_TIME } from "./connection.ts";
export {
  type CommonOptions,
  type Context,
  dialOptions,
  encodeText,
  messageEvent,
  openContext,
  showMessage,
  showText,
  systemClock,
} from "./context.ts";
export {
  AnswerGuard,
  bindDatagram,
  type DatagramSocket,
  datagramTooLong,
  type Endpoint,
  isSender,
  MAX_DATAGRAM,
  udpPeer,
} from "./datagram.ts";
export { checkDialable, dial, type DialOptions } from "./dial.ts";
export {
  type ErrorEvent,
  type Event,
  type MessageEvent,
  Reporter,
  type ReporterOptions,
  type StateEvent,
} from "./events.ts";
export { listen, type Listener, type ListenOptions, type ServerIdentity } from "./listen.ts";
export { type Link, openLink } from "./link.ts";
export { Watch, type WatchOptions } from "./watch.ts";
export { within } from "./within.ts";
export { unwritable } from "./output.ts";
export { pipe } from "./pipe.ts";
export { hasGone, reasonOf } from "./io_errors.ts";
export { FrameErrors } from "./frame_errors.ts";
export { ask, type Console, openConsole, openSharedConsole } from "./console.ts";
export { serve, type ServeHandlers, type ServerOptions } from "./serve.ts";
export { type ClientCounter, serveConnections, type ServeOptions } from "./server.ts";
export { Stop } from "./stop.ts";
