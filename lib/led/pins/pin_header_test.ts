import { assertEquals } from "@std/assert";
import { HEADER, type HeaderPin, type LineState } from "deno-gpio";
import { pure } from "../../app/_testing.ts";
import { drawHeader } from "./pin_header.ts";

pure("drawHeader draws 20 rows, odd pins left and even ones right, no line ending in a space", () => {
  const rows = drawHeader(() => undefined, false);
  assertEquals(rows.length, 20);
  rows.forEach((row, i) => {
    const [left, right] = row.split(" │ ");
    const [odd, even] = [HEADER[2 * i], HEADER[2 * i + 1]];
    assertEquals(
      left.trimStart(),
      [odd.role, odd.name, String(odd.pin).padStart(2)].filter(Boolean).join(" "),
    );
    assertEquals(right, [String(even.pin).padEnd(2), even.name, even.role].filter(Boolean).join(" "));
  });
  assertEquals(new Set(rows.map((row) => row.indexOf("│"))).size, 1);
});

/** GPIO17 is an output, GPIO4 an input. */
function stateOf({ bcm }: HeaderPin): LineState | undefined {
  if (bcm === 17) return { direction: "out", high: true };
  return bcm === 4 ? { direction: "in", high: false } : undefined;
}

pure("drawHeader shows what a line does, if that is known", () => {
  const rows = drawHeader(stateOf, false);
  assertEquals(rows[5].trimStart(), "● high GPIO17 11 │ 12 GPIO18");
  assertEquals(rows[3].trimStart(), "in 0 GPIO4  7 │ 8  GPIO14 TXD");
});

pure("drawHeader in colour has the same text in the same places", () => {
  const coloured = drawHeader(stateOf, true).map((row) => row.replace(/\p{Cc}\[[\d;]*m/gu, "").trimEnd());
  assertEquals(coloured, drawHeader(stateOf, false));
});
