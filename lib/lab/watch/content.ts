import { visible } from "../../text/mod.ts";
import { cutColumns } from "../../text/width.ts";

/** What some bytes say, for people. */
export type Content =
  /** As text, and in which encoding if that isn't UTF-8. */
  | { text: string; encoding?: "gbk" }
  | { hex: string };

/** A control character that is no part of a text: a length in binary, say. */
const BINARY = /(?![\t\r\n])\p{Cc}/u;
/** Bytes that a character may have lost, where a text was cut. */
const MOST_CUT = 3;
/** Characters of a text that are looked at for each column. */
const MARKS = 4;
/** Columns of a content, however little room there is. */
const LEAST = 4;

/**
 * Reads bytes as text: UTF-8, else GBK, in which programs on Windows in China write; else as they are.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(contentOf(new Uint8Array([0xc4, 0xe3])), { text: "你", encoding: "gbk" });
 * assertEquals(contentOf(new Uint8Array([5, 0, 0, 0])), { hex: "05000000" });
 * ```
 *
 * @param isCut whether more bytes followed, so that the last character may be in pieces
 */
export function contentOf(bytes: Uint8Array, isCut = false): Content {
  for (let cut = 0; cut <= (isCut ? MOST_CUT : 0); cut++) {
    const text = decoded(bytes.subarray(0, bytes.length - cut), "utf-8");
    if (text !== undefined) return { text };
  }
  for (let cut = 0; cut <= (isCut ? 1 : 0); cut++) {
    const text = decoded(bytes.subarray(0, bytes.length - cut), "gbk");
    if (text !== undefined) return { text, encoding: "gbk" };
  }
  return { hex: bytes.toHex() };
}

/**
 * A content as it stands in a line: a text in quotes, bytes in pairs of digits; what is too long for so many columns is
 * cut.
 */
export function showContent(content: Content, columns = Infinity): string {
  const most = Math.max(columns, LEAST);
  if ("hex" in content) return cutColumns(content.hex.slice(0, 2 * most).replace(/..(?=.)/g, "$& "), most);
  const encoding = content.encoding ? " (GBK)" : "";
  // More than there is room for, if each were a mark on the one before it.
  const text = visible(JSON.stringify(content.text.slice(0, MARKS * most)).slice(1, -1));
  return `"${cutColumns(text, Math.max(columns - 2 - encoding.length, LEAST))}"${encoding}`;
}

function decoded(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    return BINARY.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
