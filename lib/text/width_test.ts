import { assertEquals } from "@std/assert";
import { displayWidth, placeAfter } from "./width.ts";
import { pure } from "../../tests/support/pure.ts";

pure(
  "displayWidth counts two columns for what is wide, and none for what stands on another character",
  () => {
    const widths: [string, number][] = [
      ["", 0],
      ["hello", 5],
      ["é", 1],
      ["e\u0301", 1],
      ["你好", 4],
      ["ｆｕｌｌ", 8],
      ["한글", 4],
      // The same in conjoining parts.
      ["\u1112\u1161\u11ab", 2],
      ["😀", 2],
      ["❤", 1],
      ["❤\ufe0f", 2],
      ["👍🏽", 2],
      ["🇨🇳🇩🇪", 4],
      ["1\ufe0f\u20e3", 2],
      ["👨‍👩‍👧‍👦!", 3],
      ["a\u200bb", 2],
      ["a\u00adb", 3],
      ["a\tb", 9],
    ];
    for (const [text, width] of widths) assertEquals([text, displayWidth(text)], [text, width]);
  },
);

pure("placeAfter goes on in the next row, which a wide character begins whole", () => {
  assertEquals(placeAfter("", 5), { rows: 0, cols: 0 });
  assertEquals(placeAfter("abcd", 5), { rows: 0, cols: 4 });
  assertEquals(placeAfter("abcde", 5), { rows: 1, cols: 0 });
  assertEquals(placeAfter("abcd你", 5), { rows: 1, cols: 2 });
  assertEquals(placeAfter("你好吗你好", 5), { rows: 2, cols: 2 });
  assertEquals(placeAfter("abcd👨‍👩‍👧e", 5), { rows: 1, cols: 3 });
  assertEquals(placeAfter("abc\nde", 5), { rows: 1, cols: 2 });
  assertEquals(placeAfter("abcdefg\nde", 5), { rows: 2, cols: 2 });
});
