/**
 * WebSockets (RFC 6455) without any I/O: frames and the handshake, for both ends.
 *
 * @module
 */
export { WebSocketDecoder, type WebSocketDecoderOptions, type WebSocketMessage } from "./decoder.ts";
export { badText, brokenFrame, messageTooLong, WebSocketError } from "./errors.ts";
export { appendFrame, CLOSE_CODES, closeBody, MAX_CONTROL, MAX_HEADER, OPCODES, type Role } from "./frame.ts";
export {
  acceptFor,
  asksForWebSocket,
  checkAgreement,
  checkUpgrade,
  makeKey,
  type UpgradeRequest,
} from "./handshake.ts";
export { isUtf8 } from "./utf8_check.ts";
