import type { Context } from "../app/mod.ts";
import type { Address } from "../net/mod.ts";
import { serve, type ServerOptions } from "../session/mod.ts";
import { echoDatagrams } from "./datagrams.ts";
import type { Reply } from "./protocol.ts";
import { EchoSession, takeOnce } from "./session.ts";

/** What an echo server is told. */
export interface ServeEchoOptions extends ServerOptions {
  once: boolean;
  until?: string;
  /** Ms from a message to its answer; 0 is at once. */
  replyDelay: number;
  /** Messages of a connection after which it is closed. */
  closeAfter?: number;
}

/**
 * Runs an echo server until the context stops.
 *
 * @param reply makes the answers; without it messages are only taken
 * @param opened is called once the socket is open
 * @throws {PinwireError} why it can't listen there
 */
export async function serveEcho(
  address: Address,
  reply: Reply | undefined,
  options: ServeEchoOptions,
  context: Context,
  opened: () => void,
): Promise<void> {
  const { once, until, replyDelay, closeAfter } = options;
  const echo = {
    reply,
    replyDelay,
    closeAfter,
    once,
    until,
    takeOnce: once ? takeOnce(new Int32Array(1)) : undefined,
    stop: () => context.stop.now(),
  };
  const pages = options.page?.events;
  const watching = pages && await import("./web.ts");
  await serve(address, options, context, {
    connection: (connection, _, owe) =>
      new EchoSession(watching?.watchData(connection, pages!, context) ?? connection, context, echo, owe)
        .run(),
    datagrams: (socket, owe) =>
      echoDatagrams(watching?.watchDatagrams(socket, pages!, context) ?? socket, context, echo, owe),
    opened,
  });
}
