import { eastAsianWidth } from "get-east-asian-width";

/** What makes one emoji of several code points (UTS #51): joiners, presentation, keycaps, flags, skin tones. */
const JOINING = /[\u200d\ufe0f\u20e3\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}]/u;
const CHARACTERS = /\p{RGI_Emoji}|[^]/gv;
/** Marks and the later parts of a Hangul syllable stand on what is before them; the soft hyphen is shown. */
const ZERO_WIDTH = /(?!\u00ad)[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff\ud7b0-\ud7ff]/u;
const TAB_SIZE = 8;

/** Where a terminal's cursor is, counted from where a text began. */
export interface Place {
  rows: number;
  cols: number;
}

/**
 * Where the cursor is behind `text`, which began in the first column of a terminal with so many columns: CJK and
 * emoji take two of them (UAX #11), and a character that doesn't fit into the rest of a row begins the next one.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(placeAfter("ab你好", 5), { rows: 1, cols: 2 });
 * ```
 */
export function placeAfter(text: string, columns: number): Place {
  let rows = 0;
  // Counted on over the ends of rows.
  let at = 0;
  for (const character of JOINING.test(text) ? text.match(CHARACTERS)! : text) {
    if (character === "\n") {
      rows += Math.ceil(at / columns) || 1;
      at = 0;
    } else if (character === "\t") {
      at += TAB_SIZE - at % TAB_SIZE;
    } else {
      const width = characterWidth(character);
      if (width === 2 && (at + 1) % columns === 0) at++;
      at += width;
    }
  }
  const cols = at % columns;
  return { rows: rows + (at - cols) / columns, cols };
}

/** How many columns a line of text takes on a terminal. */
export function displayWidth(text: string): number {
  return placeAfter(text, Infinity).cols;
}

/**
 * A line of text, with blanks behind it up to so many columns, and `least` of them in any case.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(padColumns("你好", 6), "你好  ");
 * ```
 */
export function padColumns(text: string, columns: number, least = 0): string {
  return text + " ".repeat(Math.max(least, columns - displayWidth(text)));
}

/**
 * A line of text that takes no more than so many columns: a longer one ends in `…`.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(cutColumns("你好世界", 6), "你好…");
 * ```
 */
export function cutColumns(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let end = 0, width = 1;
  for (const character of text) {
    width += displayWidth(character);
    if (width > columns) break;
    end += character.length;
  }
  return `${text.slice(0, end)}…`;
}

/** How many columns a character takes by itself: none if it stands on the one before it, or moves the cursor. */
export function characterWidth(character: string): 0 | 1 | 2 {
  const code = character.codePointAt(0)!;
  if (character.length > (code > 0xffff ? 2 : 1)) return 2;
  if (code < 0x300) return code < 0x20 || (code >= 0x7f && code < 0xa0) ? 0 : 1;
  return ZERO_WIDTH.test(character) ? 0 : eastAsianWidth(code);
}
