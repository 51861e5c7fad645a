import { PinwireError } from "../../errors.ts";
import {
  type FieldList,
  formatRequest,
  HttpError,
  parseResponse,
  REASONS,
  type ResponseHead,
} from "../../framing/http/mod.ts";
import { acceptFor, checkAgreement, makeKey } from "../../framing/websocket/mod.ts";
import { formatAddress, hostPort, type WebAddress } from "../address.ts";
import type { Clock } from "../clock.ts";
import type { Connection } from "../connection.ts";
import { type MessageForm, PLAIN_FORM } from "./form.ts";
import { HeadStream } from "./head_stream.ts";
import { WebSocketConnection } from "./web_socket_connection.ts";

/** What a client of WebSockets says in its request. */
export interface WebSocketRequest {
  /** How the bytes of the connection are messages. */
  form?: MessageForm;
  /** The sub-protocols that we offer, the best first. */
  subprotocols?: readonly string[];
  /** Header fields of the user's own; `Host` takes the place of ours. */
  fields?: FieldList;
  /** The page that we pretend to be. */
  origin?: string;
}

/**
 * Asks for a WebSocket on a connection, which is closed if the server doesn't agree, or once `signal` is aborted.
 *
 * @throws {PinwireError} `no_websocket` with what was answered; `speaks_tls`; the signal's reason
 */
export async function askForWebSocket(
  connection: Connection,
  address: WebAddress,
  { form = PLAIN_FORM, subprotocols = [], fields = [], origin }: WebSocketRequest,
  signal: AbortSignal,
  clock: Clock,
): Promise<WebSocketConnection> {
  const stream = new HeadStream(connection);
  const onAbort = () => connection.close(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    signal.throwIfAborted();
    const key = makeKey();
    const isNamed = fields.some(([name]) => name.toLowerCase() === "host");
    const request = formatRequest("GET", address.path ?? "/", [
      ...isNamed ? [] : [["Host", hostOf(address)] as const],
      ["Upgrade", "websocket"],
      ["Connection", "Upgrade"],
      ["Sec-WebSocket-Key", key],
      ["Sec-WebSocket-Version", "13"],
      ...subprotocols.length ? [["Sec-WebSocket-Protocol", subprotocols.join(", ")] as const] : [],
      ...origin === undefined ? [] : [["Origin", origin] as const],
      ...fields,
    ]);
    await connection.write(request);
    const head = parseResponse(await stream.head());
    if (head.status !== 101) throw answeredOtherwise(head, stream.rest, address);
    checkAgreement(head, await acceptFor(key), subprotocols);
    return new WebSocketConnection(stream, "client", form, clock);
  } catch (error) {
    connection.close();
    if (signal.aborted) throw signal.reason;
    throw explain(error, stream, address);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** A browser leaves the usual port out, and servers compare. */
function hostOf({ scheme, hostname, port }: WebAddress): string {
  const host = hostPort({ hostname: hostname.replace(/%.*/, ""), port });
  return port === (scheme === "ws" ? 80 : 443) ? host.replace(/:\d+$/, "") : host;
}

function noWebSocket(message: string, hint: string, cause?: unknown): PinwireError {
  return new PinwireError("no_websocket", message, { hint, cause });
}

function explain(error: unknown, { isTls }: HeadStream, address: WebAddress): unknown {
  const name = formatAddress(address);
  if (isTls) {
    return new PinwireError("speaks_tls", `${name} speaks TLS`, {
      hint: "write wss:// in front of the address, with --ca for a certificate of your own",
    });
  }
  if (error instanceof HttpError) {
    return error.isHttp
      ? noWebSocket(
        `${name} gave an answer that is no WebSocket's (${error.message})`,
        "try another server",
        error,
      )
      : noWebSocket(
        `${name} does not speak WebSocket`,
        `use ${plainScheme(address)} for a plain server`,
        error,
      );
  }
  if (error instanceof PinwireError && ["connection_closed", "connection_reset"].includes(error.code)) {
    return noWebSocket(
      `${name} ended the connection in place of an answer`,
      `it may be no WebSocket: use ${plainScheme(address)} for a plain server`,
      error,
    );
  }
  return error;
}

const plainScheme = ({ scheme }: WebAddress) => scheme === "ws" ? "tcp://" : "tls://";

function answeredOtherwise(
  { status, reason, fields }: ResponseHead,
  body: Uint8Array,
  address: WebAddress,
): PinwireError {
  const isText = /^text\/plain\b/i.test(fields.get("content-type") ?? "");
  const [line] = new TextDecoder().decode(body.subarray(0, isText ? LONGEST_LINE : 0)).split(/\r?\n/);
  const answer = [status, reason || REASONS[status], line && `(${line})`].filter(Boolean).join(" ");
  return noWebSocket(
    `${formatAddress(address)} answered ${answer}, and no WebSocket`,
    hintFor(status, fields.get("location"), line),
  );
}

/** Bytes of an answer's first line that are told of. */
const LONGEST_LINE = 200;

/** @param line the first line of the answer's text */
function hintFor(status: number, location: string | undefined, line: string): string {
  if (status >= 300 && status < 400 && location) return `it says that it is at ${location}`;
  if (status === 401 && line.startsWith("the token is missing or wrong")) {
    return "a page is served there: dial the server's own address, or give the page's token with --subprotocol k.TOKEN";
  }
  if (status === 401 || status === 407) return "say who you are, with --header 'Authorization: …'";
  if (status === 403) return "it may want another --origin, or a --header";
  if (status === 421) return "it goes by another name: dial that, or give it with --header 'Host: …'";
  if (status === 400 && /sub-?protocol|expected one of/i.test(line)) {
    return "it wants another sub-protocol: name one that it knows with --subprotocol, as in --subprotocol chat";
  }
  if (status === 404) return "check the path";
  if (status >= 500) return "the server, or one behind it, has a trouble of its own";
  return "check the path: an HTTP server has its WebSockets at certain ones";
}
