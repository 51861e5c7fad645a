/**
 * What Deno has no API for, by FFI.
 *
 * @module
 */
export { type Libc, type LibcFunction, openLibc } from "./libc.ts";
export { SocketCalls } from "./socket_calls.ts";
export { ERRNO, systemError } from "./errno.ts";
export { EVENTS, type Pollable } from "./event_poller.ts";
export { familyOf, type IpEnd, packIp, packPath } from "./socket_address.ts";
export { type Family, Sockets, type Vigilance } from "./sockets.ts";
