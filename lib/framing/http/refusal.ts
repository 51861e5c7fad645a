import { concat } from "@std/bytes/concat";
import { formatResponse } from "./head.ts";
import { type FieldList, type HttpError, REASONS } from "./http_error.ts";

/** A response that refuses, whole: its sentence is for who looks at it, and the connection ends behind it. */
export function formatRefusal({ status, sentence, fields }: HttpError, more: FieldList): Uint8Array {
  const body = new TextEncoder().encode(`${sentence}\n`);
  const head = formatResponse(status, REASONS[status] ?? "Refused", [
    ["Content-Type", "text/plain; charset=utf-8"],
    ["Content-Length", String(body.length)],
    ["Connection", "close"],
    ...fields,
    ...more,
  ]);
  return concat([head, body]);
}
