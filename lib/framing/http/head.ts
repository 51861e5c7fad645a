import { HeaderFields, isToken } from "./fields.ts";
import { type FieldList, HttpError } from "./http_error.ts";

/** The head of a request. */
export interface RequestHead {
  readonly method: string;
  /** As it stands there: `/path?query`. */
  readonly target: string;
  readonly version: "1.0" | "1.1";
  readonly fields: HeaderFields;
}

/** The head of a response. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly fields: HeaderFields;
}

const NO_HTTP = { isHttp: false };
const latin1 = new TextDecoder("latin1");

/**
 * Reads the head of a request: its line, its fields, and the empty line.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const head = parseRequest(new TextEncoder().encode("GET /a?b HTTP/1.1\r\nHost: pi.local\r\n\r\n"));
 * assertEquals([head.method, head.target, head.fields.get("host")], ["GET", "/a?b", "pi.local"]);
 * ```
 *
 * @throws {HttpError} 400 where another reader might see another request: two hosts, two lengths, a length beside a
 * transfer coding …; 505 for another version
 */
export function parseRequest(bytes: Uint8Array): RequestHead {
  const [line, ...rest] = linesOf(bytes);
  const [, method, target, version] = line.match(/^([^ ]+) ([^ ]+) (HTTP\/\d\.\d)$/) ?? [];
  if (!version || !isToken(method)) throw new HttpError(400, "the request line is none of HTTP/1.1", NO_HTTP);
  if (version !== "HTTP/1.1" && version !== "HTTP/1.0") {
    throw new HttpError(505, `${version} isn't spoken here`);
  }
  // No proxy, so no URL of a whole; a fragment never leaves the browser (RFC 9112, section 3.2.1).
  if (!/^\/[!-"$-~]*$/.test(target)) throw new HttpError(400, "the target of a request begins with /");
  const fields = fieldsOf(rest);
  if (fields.count("host") > 1 || version === "HTTP/1.1" && !fields.count("host")) {
    throw new HttpError(400, "a request has one Host");
  }
  checkLength(fields);
  return { method, target, version: version === "HTTP/1.1" ? "1.1" : "1.0", fields };
}

/**
 * The same for a response.
 *
 * @throws {HttpError} 400
 */
export function parseResponse(bytes: Uint8Array): ResponseHead {
  const [line, ...rest] = linesOf(bytes);
  const [, status, reason = ""] = line.match(/^HTTP\/1\.[01] ([1-5]\d\d)(?: (.*))?$/) ?? [];
  if (!status) throw new HttpError(400, "the status line is none of HTTP/1.1", NO_HTTP);
  const fields = fieldsOf(rest);
  checkLength(fields);
  return { status: Number(status), reason, fields };
}

/**
 * What a request must be that only fetches: GET or HEAD, of HTTP/1.1, without a body.
 *
 * @throws {HttpError} 405, 505, 400
 */
export function checkPlainGet(head: RequestHead, methods: readonly string[] = ["GET"]): void {
  if (!methods.includes(head.method)) {
    throw new HttpError(405, `${head.method} isn't answered here`, {
      fields: [["Allow", methods.join(", ")]],
    });
  }
  if (head.version !== "1.1") throw new HttpError(505, "HTTP/1.0 isn't spoken here");
  if (hasBody(head.fields)) throw new HttpError(400, "a request that fetches has no body");
}

/** The head of a request in bytes. Names and values must be such that the line stays one: the caller checks them. */
export function formatRequest(
  method: string,
  target: string,
  fields: FieldList,
): Uint8Array {
  return format(`${method} ${target} HTTP/1.1`, fields);
}

/** The same for a response. */
export function formatResponse(
  status: number,
  reason: string,
  fields: FieldList,
): Uint8Array {
  return format(`HTTP/1.1 ${status} ${reason}`, fields);
}

function format(line: string, fields: FieldList): Uint8Array {
  const lines = [line, ...fields.map(([name, value]) => `${name}: ${value}`)];
  return new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
}

function linesOf(bytes: Uint8Array): string[] {
  const text = latin1.decode(bytes);
  if (!text.endsWith("\r\n\r\n") || !bytes.every(isPlain)) {
    throw new HttpError(400, "the head has a control character, or a line that doesn't end with CR and LF");
  }
  return text.slice(0, -4).split("\r\n");
}

/** Of the control characters only a tab may stand in a line, and CR and LF behind it. */
function isPlain(byte: number, at: number, bytes: Uint8Array): boolean {
  if (byte === 13) return bytes[at + 1] === 10;
  if (byte === 10) return bytes[at - 1] === 13;
  return byte === 9 || byte >= 32 && byte !== 127;
}

function fieldsOf(lines: string[]): HeaderFields {
  const fields = new HeaderFields();
  for (const line of lines) fields.add(line);
  return fields;
}

/** Whether a body follows (RFC 9112, section 6). */
function hasBody(fields: HeaderFields): boolean {
  return fields.count("transfer-encoding") > 0 || Number(fields.get("content-length") ?? 0) > 0;
}

/** What doesn't say plainly where its body ends is what smuggles requests (RFC 9112, section 11.2). */
function checkLength(fields: HeaderFields): void {
  const lengths = fields.count("content-length");
  const codings = fields.count("transfer-encoding");
  const isNumber = /^\d{1,15}$/.test(fields.get("content-length") ?? "0");
  if (lengths > 1 || codings > 1 || lengths && codings || !isNumber) {
    throw new HttpError(400, "the head doesn't say plainly where the body ends");
  }
}
