/**
 * Sockets and nothing above: addresses, connections over TCP, TLS, Unix sockets and memory, listening and dialling,
 * datagrams, the idle timeout, and the errors of the system in our words.
 *
 * @module
 */
export {
  type Address,
  type AddressDefaults,
  formatAddress,
  hostPort,
  type InternetAddress,
  isHost,
  isIpAddress,
  isLoopback,
  isPeerLocal,
  parseAddress,
  peerHost,
  type Scheme,
  type UnixAddress,
} from "./address.ts";
export { type Clock, systemClock, type Timer } from "./clock.ts";
export { type Connection, type DrainableConnection, HALF_CLOSE_TIME } from "./connection.ts";
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
export { withTimeout } from "./deadline.ts";
export { checkDialable, dial, type DialOptions, readPem } from "./dial.ts";
export { withIdleTimeout } from "./idle.ts";
export { hasGone, reasonOf } from "./io_errors.ts";
export { listen, type Listener, type ListenOptions, type ServerIdentity } from "./listen.ts";
export { pipe } from "./pipe.ts";
