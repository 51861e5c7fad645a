import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pure } from "../../tests/support/pure.ts";
import { composed, composedName } from "./name.ts";

pure("composedName takes letters and digits of any script, _, . and -, as many as there may be", () => {
  for (const name of ["a", "7", "_.-", ".x", "小明", "あきら", "김", "Ωmega", "नमस्ते", "𠀀".repeat(8)]) {
    assertEquals(composedName(name, 8), name.normalize("NFC"));
    assertEquals(composedName(name + "x".repeat(9 - [...name].length), 8), undefined);
  }
  for (
    const text of ["", " ", "a b", "a/b", "a:b", "#", "a\n", "\x1b[2J", "😀", "\u0301a", "a\0", "\ud800"]
  ) {
    assertEquals(composedName(text, 8), undefined, JSON.stringify(text));
  }
});

pure("composedName takes nothing that nobody can see, and nothing that turns text round", () => {
  const hidden = [
    "\u200b",
    "\u200d",
    "\u2060",
    "\u00ad",
    "\ufeff",
    "\u3164",
    "\u115f",
    "\ufe0f",
    "\u{e0061}",
  ];
  for (const character of [...hidden, "\u202e", "\u2028", "\x00", "\x7f", "\u0085"]) {
    for (const text of [character, `amy${character}`, `${character}amy`, `a${character}my`]) {
      assertEquals(composedName(text, 8), undefined, JSON.stringify(text));
    }
  }
});

pure("composedName gives the composed form, whose characters count", () => {
  assertEquals(composedName("e\u0301va", 3), "\u00e9va");
  assertEquals(composedName("\u1100\u1161", 1), "\uac00");
  assertEquals(composedName("e\u0301".repeat(24), 24), "\u00e9".repeat(24));
  fc.assert(fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 6 }), (text) => {
    const name = composedName(text, 6);
    if (name !== undefined) assertEquals(composedName(name, 6), name);
  }));
});

pure("composed leaves what is far too long as it is", () => {
  const marks = "\u0301\u0323".repeat(32_000);
  assertEquals(composed(marks, 32), marks);
  assertEquals(composedName(`e${marks}`, 32), undefined);
  assertEquals(composed("e\u0301", 1), "\u00e9");
});
