/**
 * A client of Redis and Valkey, on the connections of net/: the protocol is a library's; dialling, TLS, backoff, trace and
 * recording are ours. It knows no mode.
 *
 * @module
 */
export { prepareStore } from "./link.ts";
