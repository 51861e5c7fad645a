/**
 * What Deno has no API for, by FFI.
 *
 * @module
 */
export { type Libc, type LibcFunction, openLibc } from "./libc.ts";
export { SocketCalls, type SocketEnd } from "./socket_calls.ts";
