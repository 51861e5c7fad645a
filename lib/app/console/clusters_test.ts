import { assertEquals } from "@std/assert";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { useClusters } from "./clusters.ts";

const LEFT = { name: "left" };
const RIGHT = { name: "right" };
const BACKSPACE = { name: "backspace" };
const DELETE = { name: "delete" };

/** What a line is after these keys and texts, its cursor as `|`. */
function typed(...keys: (string | { name: string; ctrl?: boolean; meta?: boolean })[]): string {
  const readline = createInterface({ input: new PassThrough(), output: new PassThrough(), terminal: true });
  try {
    useClusters(readline);
    for (const key of keys) {
      if (typeof key === "string") readline.write(key);
      else readline.write(null, key);
    }
    return `${readline.line.slice(0, readline.cursor)}|${readline.line.slice(readline.cursor)}`;
  } finally {
    readline.close();
  }
}

const HEART = "❤\ufe0f";
const FAMILY = "👨‍👩‍👧‍👦";
const FLAG = "🇨🇳";
const ACCENT = "e\u0301";

for (const whole of ["a", "你", "😀", HEART, FAMILY, FLAG, "👍🏽", ACCENT, "1\ufe0f\u20e3", "각"]) {
  Deno.test(`keys take ${whole} as one character`, () => {
    assertEquals(typed(`x${whole}y`, LEFT, LEFT, "|"), `x||${whole}y`);
    assertEquals(typed(`x${whole}y`, LEFT, { name: "b", ctrl: true }), `x|${whole}y`);
    assertEquals(typed(`x${whole}y`, { name: "home" }, RIGHT, RIGHT), `x${whole}|y`);
    assertEquals(typed(`x${whole}y`, LEFT, BACKSPACE), "x|y");
    assertEquals(typed(`x${whole}y`, LEFT, { name: "h", ctrl: true }), "x|y");
    assertEquals(typed(`x${whole}y`, LEFT, LEFT, DELETE), "x|y");
    assertEquals(typed(`x${whole}y`, LEFT, LEFT, { name: "d", ctrl: true }), "x|y");
  });
}

Deno.test("keys take one of several flags, hearts and families", () => {
  assertEquals(typed(FLAG.repeat(3), BACKSPACE), `${FLAG.repeat(2)}|`);
  assertEquals(typed(FLAG.repeat(3), LEFT, LEFT, BACKSPACE), `|${FLAG.repeat(2)}`);
  assertEquals(typed(HEART.repeat(2) + FAMILY, BACKSPACE, LEFT), `${HEART}|${HEART}`);
  assertEquals(typed(HEART + FAMILY, { name: "home" }, DELETE), `|${FAMILY}`);
});

Deno.test("a word that ends in an accent of its own is deleted, and gone over, without halving that", () => {
  const cafe = `un caf${ACCENT}`;
  assertEquals(typed(cafe, { name: "w", ctrl: true }), "un caf|");
  assertEquals(typed(cafe, { name: "left", ctrl: true }), `un caf|${ACCENT}`);
});

Deno.test("keys that halve nothing do what readline does", () => {
  assertEquals(typed("one two", { name: "w", ctrl: true }), "one |");
  assertEquals(typed(`a${HEART}b`, { name: "u", ctrl: true }), "|");
  assertEquals(typed(`a${HEART}b`, { name: "a", ctrl: true }, { name: "k", ctrl: true }), "|");
  assertEquals(typed(`first${HEART}\n`, "x", { name: "up" }), "x|");
  assertEquals(typed(`first${HEART}\n`, { name: "up" }), `first${HEART}|`);
  assertEquals(
    typed(`${HEART}\n`, `${HEART}${HEART}`, { name: "up" }, { name: "down" }),
    `${HEART}${HEART}|`,
  );
  assertEquals(typed("", BACKSPACE, DELETE, LEFT, RIGHT), "|");
});
