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
  type HostAddress,
  hostPort,
  type InternetAddress,
  isHost,
  isLoopback,
  isOverTcp,
  isTls,
  isWeb,
  isZoned,
  parseAddress,
  type Scheme,
  type UnixAddress,
  WEB_PORTS,
  type WebAddress,
} from "./address.ts";
export { canonicalIp, isIpAddress, isIpv6, isUnspecified, unmapped, withoutZone } from "./ip.ts";
export { type Clock, preciseTime, systemClock, type Timer } from "./clock.ts";
export {
  type Connection,
  type DrainableConnection,
  HALF_CLOSE_TIME,
  prepareReset,
  type Sink,
} from "./connection.ts";
export { type MessageKind, type MessageKinds } from "./message_kinds.ts";
export { bindDatagram, type BindOptions, hasListener } from "./bind_datagram.ts";
export {
  type Answer,
  type DatagramHandlers,
  type DatagramSocket,
  datagramTooLong,
  type Endpoint,
  isLoss,
  MAX_DATAGRAM,
  type Sender,
  tapDatagrams,
  udpPeer,
} from "./datagram.ts";
export {
  type DatagramOptions,
  type DatagramPeer,
  dialDatagram,
  type PeerHandlers,
} from "./dial/dial_datagram.ts";
export { leadsBack } from "./dial/leads_back.ts";
export { resolveEndpoints } from "./dial/resolve.ts";
export { pause, race, sleep, withTimeout } from "./deadline.ts";
export { checkDialable, dial, DIAL_TIMEOUT, type DialOptions, tellOfTls, withDeadline } from "./dial/dial.ts";
export { withIdleTimeout } from "./idle.ts";
export { hasGone, reasonOf, tlsFault } from "./io_errors.ts";
export { type ReadOptions } from "./read_window.ts";
export { afterReady, hasRoom, keepSockets } from "./native/native_socket.ts";
export { PIPE_BUF, PipeInput, shareThread, type TcpInfo } from "../system/mod.ts";
export { listen, type ListenOptions, type ServerIdentity } from "./listen/listen.ts";
export { type Listener, type SocketKind } from "./listener.ts";
export { type Peer, type SocketAddress } from "./peer.ts";
export { checkInterface, knownInterfaces } from "./multicast.ts";
export { type MessageForm, PLAIN_FORM } from "./websocket/form.ts";
export { type WebSocketRequest } from "./websocket/dial.ts";
export { RateLimit } from "./rate_limit.ts";
export { pipe } from "./pipe.ts";
export { wrapConnection } from "./wrap_connection.ts";
