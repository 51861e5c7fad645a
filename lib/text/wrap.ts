import { displayWidth } from "./width.ts";

/** A word, or a Chinese character, with the brackets before it and the punctuation behind it. */
const PIECES =
  /\s+|[（《「“]*(?:\p{Script=Han}|[^\s\p{Script=Han}（《「“，。；：、）》」”！？]+|.)[，。；：、）》」”！？]*/gu;

/**
 * Breaks a text into lines of at most so many columns, between words, and in Chinese between characters. A word that is
 * wider has a line of its own.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(wrapText("one two three", 8), ["one two", "three"]);
 * assertEquals(wrapText("三次握手，四次挥手", 10), ["三次握手，", "四次挥手"]);
 * ```
 */
export function wrapText(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of text.match(PIECES) ?? []) {
    if (line && displayWidth(line + piece.trimEnd()) > columns) {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else {
      line += piece;
    }
  }
  return [...lines, line.trimEnd()];
}
