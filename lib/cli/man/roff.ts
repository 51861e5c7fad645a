/**
 * Characters that roff reads as something else, or draws as another one, each as it has to be written (groff_char(7)).
 * A hyphen is written as a minus, so that an option can be copied out of the page.
 */
const ESCAPES: Record<string, string> = {
  "\\": "\\(rs",
  "-": "\\-",
  "'": "\\(aq",
  '"': "\\(dq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
  "…": "...",
};

/**
 * Text as roff has to be given it; what is not ASCII is named by its code point.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(escapeRoff("--reply '\\n'"), "\\-\\-reply \\(aq\\(rsn\\(aq");
 * ```
 */
export function escapeRoff(text: string): string {
  return text.replace(/[\\'"`^~…-]|[^\0-\x7f]/gu, (character) => ESCAPES[character] ?? codePoint(character));
}

const codePoint = (character: string) =>
  `\\[u${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`;

/** Bold, which is for what is typed as it stands. */
export const bold = (text: string) => `\\fB${escapeRoff(text)}\\fR`;

/** Italic, which is for what stands for something else. */
export const italic = (text: string) => `\\fI${escapeRoff(text)}\\fR`;

/** Characters that a line of the source should not have more of. */
const LONGEST_LINE = 79;

/** A paragraph's lines: cut between words, and none of them taken for a request. */
export function paragraph(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean).map(escapeRoff)) {
    const line = `${lines.at(-1)} ${word}`;
    if (lines.length && line.length <= LONGEST_LINE) lines[lines.length - 1] = line;
    else lines.push(guarded(word));
  }
  return lines;
}

/** A line of text. At its start a dot would begin a request (roff(7)); a quote is escaped already. */
export const guarded = (line: string) => line.startsWith(".") ? `\\&${line}` : line;
