import { eastAsianWidth } from "get-east-asian-width";

/** What stands beside each other: an option, and what it does. */
export type Row = readonly [left: string, right: string];

/** A page is no wider, since nobody reads longer lines with ease. */
const WIDEST = 100;
const NARROWEST = 40;
/** Where there is no terminal to ask. */
const USUAL = 80;

/** How many columns a page has: as many as the terminal, up to 100. */
export function pageWidth(): number {
  try {
    return Math.min(WIDEST, Math.max(NARROWEST, Deno.consoleSize().columns || USUAL));
  } catch {
    return USUAL;
  }
}

/** What the left side may take of the width. */
const LEFT_PART = 0.34;

/** Two columns, so wide with what is before and between them; a long left side gets a line of its own. */
export function columns(rows: readonly Row[], width: number): string[] {
  const left = Math.min(Math.floor(width * LEFT_PART), Math.max(0, ...rows.map(([text]) => columnsOf(text))));
  const indent = " ".repeat(left + 4);
  return rows.flatMap(([text, what]) => {
    const [first, ...more] = wrap(what, width - indent.length);
    const head = columnsOf(text) > left ? [`  ${text}`, indent + first] : [`  ${pad(text, left)}  ${first}`];
    return [...head, ...more.map((line) => indent + line)];
  });
}

/** Cuts a text into lines of so many columns, between words. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  return [...lines, line];
}

/** Fills a text up with spaces. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - columnsOf(text)));
}

/** How many columns a text takes, without control characters and marks in it: CJK takes two each (UAX #11). */
export function columnsOf(text: string): number {
  return [...text].reduce((sum, character) => sum + eastAsianWidth(character.codePointAt(0)!), 0);
}
