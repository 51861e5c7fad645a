import { usageError } from "../errors.ts";
import { ByteBuffer } from "../framing/mod.ts";
import type { MadeField } from "./answer_form.ts";

/** A part of an answer: bytes as they are, what is made anew for each answer, or the message itself. */
export type Part = Uint8Array | MadeField | "data";

/** A field, or an escape with what it has; the backslash alone is one that stands for nothing. */
const SPECIAL = /\{(time|data|peer|n)\}|\\(x[0-9a-fA-F]{2}|[nrt0\\])?/g;
const ESCAPES: Record<string, number> = { n: 0x0a, r: 0x0d, t: 0x09, "0": 0, "\\": 0x5c };

/**
 * Takes a template of `--reply` apart. Bytes that follow each other are one part.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * assertEquals(partsOf("ok {n}\\xff\\n", bytes), [bytes("ok "), "n", new Uint8Array([0xff, 0x0a])]);
 * ```
 *
 * @param encode puts the text between fields and escapes into bytes
 * @throws {PinwireError} `usage` for a field or an escape that there is not
 */
export function partsOf(template: string, encode: (text: string) => Uint8Array): Part[] {
  const parts: Part[] = [];
  const bytes = new ByteBuffer();
  const endBytes = () => {
    if (bytes.length) parts.push(bytes.bytes().slice());
    bytes.clear();
  };
  let at = 0;
  for (const { 0: { length }, 1: field, 2: escape, index } of template.matchAll(SPECIAL)) {
    bytes.append(encode(literal(template.slice(at, index))));
    at = index + length;
    if (field !== undefined) {
      endBytes();
      parts.push(field as Part & string);
    } else {
      if (escape === undefined) throw unknownEscape(template.slice(index));
      bytes.appendByte(ESCAPES[escape] ?? parseInt(escape.slice(1), 16));
    }
  }
  bytes.append(encode(literal(template.slice(at))));
  endBytes();
  return parts;
}

function literal(text: string): string {
  const unknown = text.match(/\{[a-z_]\w*\}/i)?.[0];
  if (unknown) throw usageError(`unknown field ${unknown} in --reply`, "use {time}, {data}, {peer} or {n}");
  return text;
}

function unknownEscape(rest: string) {
  const [shown] = rest.match(/^\\(x.{0,2}|.?)/su)!;
  return usageError(
    `unknown escape ${shown} in --reply`,
    String.raw`use \n, \r, \t, \0, \xNN with two hex digits, or \\ for a backslash`,
  );
}
