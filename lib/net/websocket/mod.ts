/**
 * What a server of pages needs of WebSockets: it reads a head from a connection, looks whether to trust the request, and
 * makes a WebSocket of the connection or answers otherwise.
 *
 * @module
 */
export { agree } from "./answer.ts";
export { HeadStream } from "./head_stream.ts";
export { checkHost, checkOrigin, type Home, namesOfMachine } from "./trust.ts";
export { WebSocketConnection } from "./web_socket_connection.ts";
export { Queue } from "../listen/queue.ts";
