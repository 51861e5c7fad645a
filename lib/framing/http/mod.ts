/**
 * The heads of HTTP/1.1 messages (RFC 9112), read and written without doing any I/O: for a WebSocket's handshake and
 * for pages. Strict where two readers might see two different requests: such a head is refused.
 *
 * @module
 */
export { type HeaderFields, isToken } from "./fields.ts";
export {
  checkPlainGet,
  formatRequest,
  formatResponse,
  parseRequest,
  parseResponse,
  type RequestHead,
  type ResponseHead,
} from "./head.ts";
export { HeadDecoder, MAX_HEAD } from "./head_decoder.ts";
export { type FieldList, HttpError, REASONS } from "./http_error.ts";
export { formatRefusal } from "./refusal.ts";
