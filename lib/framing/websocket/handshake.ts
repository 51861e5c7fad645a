import { checkPlainGet, HttpError, isToken, type RequestHead, type ResponseHead } from "../http/mod.ts";

/** What both ends hash with the key (RFC 6455, section 1.3). */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A client's question in its handshake: 16 bytes that nobody foresees. */
export function makeKey(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toBase64();
}

/** The server's answer to a key (RFC 6455, section 4.2.2). */
export async function acceptFor(key: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(key + GUID));
  return new Uint8Array(hash).toBase64();
}

/** What a server needs to know of a request for a WebSocket. */
export interface UpgradeRequest {
  readonly key: string;
  /** The sub-protocols that the client speaks, the best first. */
  readonly protocols: readonly string[];
}

/** Whether a request asks for a WebSocket, rightly or not. */
export function asksForWebSocket({ fields }: RequestHead): boolean {
  return fields.has("upgrade", "websocket");
}

/**
 * What a request for a WebSocket must be (RFC 6455, section 4.2.1).
 *
 * @throws {HttpError} 400, 405, 426 …
 */
export function checkUpgrade(head: RequestHead): UpgradeRequest {
  checkPlainGet(head);
  const { fields } = head;
  if (!asksForWebSocket(head) || !fields.has("connection", "upgrade")) {
    throw new HttpError(426, "only WebSockets are spoken here", {
      fields: [["Upgrade", "websocket"], ["Sec-WebSocket-Version", "13"]],
    });
  }
  if (fields.get("sec-websocket-version") !== "13") {
    throw new HttpError(426, "only version 13 of WebSockets is spoken here", {
      fields: [["Sec-WebSocket-Version", "13"]],
    });
  }
  const key = fields.get("sec-websocket-key") ?? "";
  if (!/^[A-Za-z0-9+/]{21}[AQgw]==$/.test(key)) throw new HttpError(400, "the Sec-WebSocket-Key is no key");
  const protocols = fields.list("sec-websocket-protocol");
  if (!protocols.every(isToken) || new Set(protocols).size < protocols.length) {
    throw new HttpError(400, "the Sec-WebSocket-Protocol is no list of sub-protocols");
  }
  return { key, protocols };
}

/**
 * Looks whether a server has agreed (RFC 6455, section 4.1).
 *
 * @param accept what {@linkcode acceptFor} gives for our key
 * @param protocols the sub-protocols that we offered
 * @throws {HttpError} 400
 */
export function checkAgreement(
  { status, fields }: ResponseHead,
  accept: string,
  protocols: readonly string[],
): void {
  if (status !== 101 || !fields.has("upgrade", "websocket") || !fields.has("connection", "upgrade")) {
    throw new HttpError(400, "the answer is no handshake of a WebSocket");
  }
  if (fields.get("sec-websocket-accept") !== accept) {
    throw new HttpError(400, "the answer belongs to another handshake: something stands in between");
  }
  const chosen = fields.get("sec-websocket-protocol");
  if (chosen !== undefined && !protocols.includes(chosen)) {
    throw new HttpError(400, `the server chose the sub-protocol ${chosen}, which was not offered`);
  }
  const extension = fields.get("sec-websocket-extensions");
  if (extension) {
    throw new HttpError(400, `the server uses the extension ${extension}, which was not offered`);
  }
}
