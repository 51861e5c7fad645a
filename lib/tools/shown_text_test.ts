import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pure } from "../app/_testing.ts";
import { visibleLines } from "../text/mod.ts";
import { ShownText } from "./shown_text.ts";

const PIECE = fc.array(fc.constantFrom("a", "\r", "\n", "\x1b", "你", "\u202e", "\t")).map((text) =>
  text.join("")
);

pure("ShownText shows the same however the text is cut, and ends the last line", () => {
  fc.assert(fc.property(fc.array(PIECE), (pieces) => {
    const shown = new ShownText();
    const all = pieces.map((piece) => shown.next(piece)).join("") + shown.end();
    const whole = visibleLines(pieces.join(""));
    assertEquals(all, whole && !whole.endsWith("\n") ? `${whole}\n` : whole);
  }));
});

pure("ShownText shows what isn't a whole line at once, but for a CR", () => {
  const shown = new ShownText();
  assertEquals([shown.next("login: "), shown.next("x\r"), shown.next("\ny\r"), shown.next("z")], [
    "login: ",
    "x",
    "\ny",
    "^Mz",
  ]);
});
