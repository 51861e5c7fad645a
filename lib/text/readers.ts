import { canonicalEncoding, ENCODINGS } from "./encoding.ts";

/**
 * What no text has: control characters but tabs and line ends, what no character stands for, and the katakana of half
 * width, for which Shift_JIS takes a third of all bytes.
 */
const NO_TEXT = /[^\P{C}\t\r\n]|[\uff61-\uff9f]/u;
/** What tells that it is one, beyond ASCII. */
const LETTER = /[^\P{L}A-Za-z]/u;

/** Those with one byte a character read nearly everything: they are worth a try only where no other reads it. */
const SINGLE_BYTE = ["windows-1252", "koi8-r"];

/**
 * The encodings of {@linkcode ENCODINGS} in which these bytes would be text beyond ASCII, the likeliest first.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(readersOf(new Uint8Array([0xc4, 0xe3, 0xba, 0xc3]))[0], "gbk");
 * ```
 */
export function readersOf(bytes: Uint8Array): string[] {
  const readers = names().filter((name) => {
    try {
      const text = new TextDecoder(name, { fatal: true }).decode(bytes);
      return LETTER.test(text) && !NO_TEXT.test(text);
    } catch {
      return false;
    }
  });
  const likely = readers.filter((name) => !SINGLE_BYTE.includes(name));
  // A byte alone tells nothing.
  return likely.length || bytes.length === 1 ? likely : readers;
}

/** Each once: some are others' names, and what gbk decodes gb18030 does. Any two bytes are UTF-16. */
const names = () =>
  [...new Set(ENCODINGS.map(canonicalEncoding))]
    .filter((name) => name !== "gb18030" && !name.startsWith("utf-16"));
