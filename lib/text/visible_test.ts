import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { visible, visibleLines } from "./visible.ts";

/** Every character that does something on a terminal beside being shown. */
const UNSAFE = new Set<number>();
const addRange = (from: number, to: number) => {
  for (let code = from; code <= to; code++) UNSAFE.add(code);
};
addRange(0x00, 0x08);
addRange(0x0a, 0x1f);
addRange(0x7f, 0x9f);
addRange(0x2028, 0x202e);
addRange(0x2066, 0x2069);

const isSafe = (text: string) => [...text].every((character) => !UNSAFE.has(character.codePointAt(0)!));

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...[...UNSAFE].map((code) => String.fromCharCode(code))),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    fc.constantFrom("\r\n", "\t", "a", "\ud800"),
  ),
});

Deno.test({
  name: "visible writes control characters as cat -v does, those beyond ASCII by their number",
  permissions: "none",
  fn() {
    const cases = [
      ["\0\x01\x1a", "^@^A^Z"],
      ["a\r\nb", "a^M^Jb"],
      ["\x1b[2J\x1b]0;title\x07", "^[[2J^[]0;title^G"],
      ["\x7f", "^?"],
      ["\x80\x85\x9b31m\x9f", "<U+0080><U+0085><U+009B>31m<U+009F>"],
      ["\u2028\u2029", "<U+2028><U+2029>"],
      ["\u202a\u202b\u202c\u202d\u202e", "<U+202A><U+202B><U+202C><U+202D><U+202E>"],
      ["\u2066\u2067\u2068\u2069", "<U+2066><U+2067><U+2068><U+2069>"],
    ];
    for (const [text, shown] of cases) assertEquals(visible(text), shown);
  },
});

Deno.test({
  name: "visible leaves tabs and all other text as it is",
  permissions: "none",
  fn() {
    const text = "tab\there, é 你好 😀 \u00a0\u00ad\u200d\u2027\u202f\u2065\u206a ^[ <U+202E>";
    assertEquals(visible(text), text);
  },
});

Deno.test({
  name: "visible never lets a control character through",
  permissions: "none",
  fn() {
    fc.assert(fc.property(anyText, (text) => {
      const shown = visible(text);
      assert(isSafe(shown), JSON.stringify(shown));
      if (isSafe(text)) assertEquals(shown, text);
    }));
  },
});

Deno.test({
  name: "visibleLines keeps line feeds, drops the \\r before one and lets no other control through",
  permissions: "none",
  fn() {
    assertEquals(visibleLines("a\r\nb\n\x1b\rc\r"), "a\nb\n^[^Mc^M");
    assertEquals(visibleLines("\n\n"), "\n\n");
    fc.assert(fc.property(anyText, (text) => assert(isSafe(visibleLines(text).replaceAll("\n", "")))));
  },
});
