import {
  formatRefusal,
  formatResponse,
  type HttpError,
  parseRequest,
  REASONS,
} from "../../framing/http/mod.ts";
import { acceptFor, checkUpgrade, type UpgradeRequest } from "../../framing/websocket/mod.ts";
import type { Clock } from "../clock.ts";
import type { MessageForm } from "./form.ts";
import type { HeadStream } from "./head_stream.ts";
import { checkHost, checkOrigin, type Home } from "./trust.ts";
import { WebSocketConnection } from "./web_socket_connection.ts";

/** What a server of WebSockets is told. */
export interface WebSocketServer extends Pick<Home, "names" | "given"> {
  form: MessageForm;
}

/**
 * Reads a client's request, and makes a WebSocket of the connection if it is one that we serve: any path, no token.
 *
 * @throws {HttpError} what is wrong with the request; {@linkcode PinwireError} `connection_closed`
 */
export async function answerHandshake(
  stream: HeadStream,
  { names, given, form }: WebSocketServer,
  clock: Clock,
): Promise<WebSocketConnection> {
  const head = parseRequest(await stream.head());
  const home = homeOf(stream, { names, given });
  checkHost(head, home);
  checkOrigin(head, home);
  const request = checkUpgrade(head);
  const { protocols } = request;
  await agree(stream, request, protocols.includes("pinwire") ? "pinwire" : protocols[0]);
  return new WebSocketConnection(stream, "server", form, clock);
}

/** What a request on this connection is measured by. */
function homeOf(
  { connection: { local, peer } }: HeadStream,
  { names, given }: Pick<Home, "names" | "given">,
): Home {
  return { host: local.host, port: local.port, isEncrypted: peer.isEncrypted, names, given };
}

/**
 * Agrees to a WebSocket; its frames may be read from the stream then.
 *
 * @param protocol the sub-protocol that is chosen, one of those that were offered
 */
export async function agree(stream: HeadStream, { key }: UpgradeRequest, protocol?: string): Promise<void> {
  await stream.connection.write(formatResponse(101, REASONS[101], [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Accept", await acceptFor(key)],
    ...protocol === undefined ? [] : [["Sec-WebSocket-Protocol", protocol] as const],
  ]));
}

/** Answers with the status and a line of text, and closes the connection: never throws. */
export async function refuse(stream: HeadStream, error: HttpError, clock: Clock): Promise<void> {
  try {
    await stream.connection.write(formatRefusal(error, [["Cache-Control", "no-store"]]));
    await stream.leave(clock);
  } catch {
    // It has gone.
  }
  stream.connection.close();
}
