/** C0 except tab, DEL, C1, the line separators U+2028/9 and the bidi controls (Trojan Source, CVE-2021-42574). */
const UNSAFE = /(?!\t)[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text that is safe to print on a terminal: control characters in caret notation (`^[` for ESC, as `cat -v`
 * has it), those beyond ASCII as `<U+202E>`. Tabs stay.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(visible("a\x1b[31m\tb\u202e"), "a^[[31m\tb<U+202E>");
 * ```
 */
export function visible(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x80) return `^${String.fromCharCode(code ^ 0x40)}`;
    return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
  });
}

/** The same for text of several lines: line feeds stay, a `\r` before one is dropped. */
export function visibleLines(text: string): string {
  return text.split(/\r?\n/).map(visible).join("\n");
}

/** JSON that is safe on a terminal too: JSON escapes C0 itself, and here the other controls of `visible` as well. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

/** A text of at most so many code units; of a longer one that much of its beginning, and `…`. */
export const clipped = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most)}…` : text;
