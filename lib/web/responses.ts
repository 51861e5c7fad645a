import { concat } from "@std/bytes/concat";
import {
  type FieldList,
  formatRefusal,
  formatResponse,
  type HttpError,
  REASONS,
} from "../framing/http/mod.ts";
import type { PageFile } from "./files.ts";

/**
 * What stands in every response: a page loads what is served here and nothing else, no script or style of a text that
 * found its way into it, nobody frames it, and no site that it leads to learns its address. Nothing is kept by the
 * browser, as another program may have the port tomorrow.
 */
const COMMON: FieldList = [
  [
    "Content-Security-Policy",
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  ],
  ["X-Content-Type-Options", "nosniff"],
  ["Referrer-Policy", "no-referrer"],
  ["Cross-Origin-Opener-Policy", "same-origin"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["Cache-Control", "no-store"],
];

/**
 * A response with a file, whole.
 *
 * @param now ms since 1970
 * @param isHead whether its body was not asked for
 * @param isLast whether the connection ends behind it
 */
export function fileResponse(
  { type, body }: PageFile,
  now: number,
  { isHead, isLast }: { isHead: boolean; isLast: boolean },
): Uint8Array {
  const head = formatResponse(200, REASONS[200], [
    ["Date", dateOf(now)],
    ["Content-Type", type],
    ["Content-Length", String(body.length)],
    ...isLast ? [["Connection", "close"]] as const : [],
    ...COMMON,
  ]);
  return isHead ? head : concat([head, body]);
}

/** A response that refuses: the sentence is for who looks at it, and the connection ends behind it. */
export function refusalResponse(error: HttpError, now: number): Uint8Array {
  return formatRefusal(error, [["Date", dateOf(now)], ...COMMON]);
}

/** As in `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7). */
const dateOf = (now: number) => new Date(now).toUTCString();
