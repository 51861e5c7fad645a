import { PinwireError } from "../../errors.ts";
import { CLOSE_CODES } from "./frame.ts";

/** What a peer did that ends a WebSocket. */
export class WebSocketError extends PinwireError {
  /** `WebSocketError`. */
  override name = "WebSocketError";
  /** What the peer is told, such as 1002. */
  readonly closeCode: number;

  /** See the fields; `message` is a clause that may stand behind the peer's name. */
  constructor(code: string, closeCode: number, message: string, hint?: string) {
    super(code, message, { hint });
    this.closeCode = closeCode;
  }
}

/** A frame that breaks the rules of RFC 6455. */
export function brokenFrame(what: string): WebSocketError {
  return new WebSocketError("bad_websocket", CLOSE_CODES.protocolError, `sent ${what}`);
}

/** A message that is longer than it may be. */
export function messageTooLong(max: number): WebSocketError {
  return new WebSocketError(
    "frame_too_long",
    CLOSE_CODES.tooLong,
    `sent a message over the limit of ${max} bytes`,
    "send less at a time, or raise --max-frame",
  );
}

/** A text that is none. */
export function badText(): WebSocketError {
  return new WebSocketError(
    "bad_text",
    CLOSE_CODES.notUtf8,
    "sent a text that is not UTF-8",
    "send other encodings as binary messages",
  );
}
