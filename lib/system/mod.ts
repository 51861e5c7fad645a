/**
 * What Deno has no API for, by FFI.
 *
 * @module
 */
export { type Libc, type LibcFunction, openLibc } from "./libc.ts";
export { SocketCalls } from "./socket_calls.ts";
export { askedOf, DatagramBatch, type DatagramEnd, MOST_AT_ONCE } from "./datagram_batch.ts";
export { ERRNO, systemError } from "./errno.ts";
export { EVENTS, type Pollable, shareThread } from "./event_poller.ts";
export { type Family, familyOf, hostOf, type IpEnd, packIp, packPath } from "./socket_address.ts";
export { PipeInput } from "./pipe_input.ts";
export { type UdpListener, udpListeners } from "./socket_tables/sock_diag.ts";
export { type TcpInfo, type Vigilance } from "./socket_options.ts";
export { type Kind, PIPE_BUF, Sockets } from "./sockets.ts";
