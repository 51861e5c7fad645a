import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pure } from "./_testing.ts";
import { PinwireError } from "../errors.ts";
import { nameKey, parseName, parseNickOption, parseRoomOption } from "./protocol.ts";

/** The code of what `act` throws. */
const codeOf = (act: () => unknown) => assertThrows(act, PinwireError).code;

pure("parseName takes 1 to 24 letters, digits, _, . and - of any script", () => {
  for (
    const name of ["a", "7", "_", "amy.b-c_d", "小明", "あきら", "김", "Ωmega", "नमस्ते", "𠀀", "x".repeat(24)]
  ) {
    assertEquals(parseName(name), name.normalize("NFC"));
  }
  const bad = [
    "",
    " ",
    "a b",
    "x".repeat(25),
    "-a",
    ".a",
    "a/b",
    "a:b",
    "#a",
    "*",
    "a\n",
    "\x1b[2J",
    "😀",
    "\u0301a",
  ];
  for (const name of bad) assertEquals(codeOf(() => parseName(name)), "bad_name", JSON.stringify(name));
  // A character beyond the first 65,536 counts as one.
  assertEquals(parseName("𠀀".repeat(24)), "𠀀".repeat(24));
});

pure("parseName takes nothing that nobody can see", () => {
  const invisible = [
    "\u200b",
    "\u200d",
    "\u2060",
    "\u00ad",
    "\ufeff",
    "\u3164",
    "\u115f",
    "\uffa0",
    "\ufe0f",
    "\u{e0061}",
  ];
  for (const character of [...invisible, "\u202e", "\u2028", "\x00", "\x7f", "\u0085"]) {
    for (const name of [character, `amy${character}`, `${character}amy`, `a${character}my`]) {
      assertEquals(codeOf(() => parseName(name)), "bad_name", JSON.stringify(name));
    }
  }
});

pure("parseName gives the composed form, so that one name is one name", () => {
  assertEquals(parseName("e\u0301va"), "\u00e9va");
  assertEquals(parseName("\u1100\u1161"), "\uac00");
  assertEquals(parseName("e\u0301".repeat(24)), "\u00e9".repeat(24));
});

pure("parseName gives only names that it takes again as they are", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 6 }), (text) => {
      let name;
      try {
        name = parseName(text);
      } catch {
        return;
      }
      assertEquals(parseName(name), name);
      assertEquals(nameKey(nameKey(name)), nameKey(name));
      assert(!/[\s:\p{Cc}]/u.test(name));
    }),
    { numRuns: 1_000 },
  );
});

pure("parseNickOption and parseRoomOption make a usage error of a bad name", () => {
  for (const parse of [parseNickOption, parseRoomOption]) {
    assertEquals(parse("e\u0301va"), "\u00e9va");
    const error = assertThrows(() => parse("a b"), PinwireError);
    assertEquals([error.code, error.exitCode], ["usage", 2]);
  }
});

pure("parseNickOption lets nobody be taken for the console, or for oneself; rooms may be called so", () => {
  for (const name of ["server", "Server", "you", "ｙｏｕ"]) {
    assertEquals(codeOf(() => parseNickOption(name)), "usage", name);
    assertEquals(parseRoomOption(name), name);
  }
});

pure("nameKey is the same for names that differ by case or by width", () => {
  assertEquals(nameKey("Amy"), nameKey("aMY"));
  assertEquals(nameKey("ＳＥＲＶＥＲ"), "server");
  assertEquals(nameKey("ﬁn"), "fin");
  assert(nameKey("小明") !== nameKey("小朋"));
});
