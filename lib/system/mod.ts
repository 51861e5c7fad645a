/**
 * What Deno has no API for, by FFI.
 *
 * @module
 */
export { SocketCalls, type SocketEnd } from "./socket_calls.ts";
