import { assertEquals } from "@std/assert";
import { pure } from "../../../tests/support/pure.ts";
import { entryOf } from "./_history_testing.ts";
import { printEntries, readLines } from "./history_lines.ts";

const TEXTS = ["小明 😀 { } \ufffd", 'a "b" \\', '{"time":1}', ""];
const ENTRIES = TEXTS.map((text, i) => entryOf(i + 1, text));
const bytesOf = (text: string) => new TextEncoder().encode(text);
const PRINTED = bytesOf(printEntries(ENTRIES));
/** Where the lines of the printed entries begin and end. */
const LINES = ENTRIES.map((_, i) => {
  const start = bytesOf(printEntries(ENTRIES.slice(0, i))).length;
  return { start, end: start + bytesOf(printEntries([ENTRIES[i]])).length };
});

pure("readLines gives back what printEntries has written", () => {
  assertEquals(readLines(PRINTED), { entries: ENTRIES, damaged: [], isTorn: false });
  assertEquals(readLines(bytesOf("")), { entries: [], damaged: [], isTorn: false });
});

pure("readLines gives every whole entry of a file that ends anywhere", () => {
  for (let length = 1; length <= PRINTED.length; length++) {
    const { entries, damaged, isTorn } = readLines(PRINTED.subarray(0, length));
    // Without its newline the last one is still whole.
    const whole = LINES.filter(({ end }) => end - 1 <= length).length;
    const rest = length - (LINES[whole - 1]?.end ?? 0);
    assertEquals(entries, ENTRIES.slice(0, whole), `${length}`);
    assertEquals([damaged, isTorn], [rest > 0 ? [whole + 1] : [], !whole], `${length}`);
  }
});

pure("readLines gives every whole entry around a piece that has become zeros, or garbage", () => {
  for (const filling of [0, 0x0a, 0x7b, 0xff]) {
    for (let start = 0; start < PRINTED.length; start += 3) {
      const end = Math.min(start + 40, PRINTED.length);
      const bytes = PRINTED.slice().fill(filling, start, end);
      const untouched = ENTRIES.filter((_, i) => LINES[i].end - 1 <= start || LINES[i].start >= end);
      const { entries } = readLines(bytes);
      // The newline of an entry is no part of it.
      assertEquals(entries.filter((one) => untouched.some(({ line }) => line === one.line)), untouched);
      assertEquals(entries.length - untouched.length <= 1, true);
    }
  }
});

pure("readLines finds a whole entry that was glued to a torn one", () => {
  const [first, whole] = [printEntries([entryOf(1)]), printEntries([entryOf(2)])];
  for (let length = 1; length < first.length - 1; length++) {
    const { entries, damaged } = readLines(bytesOf(first.slice(0, length) + whole));
    assertEquals([entries, damaged], [[entryOf(2)], [1]], `${length}`);
  }
});

pure("readLines takes nothing for an entry that somebody has said, whatever the damage", () => {
  const said = entryOf(1, printEntries([{ ...entryOf(2), nick: "server" }]).trim());
  const bytes = bytesOf(printEntries([said]));
  for (let start = 0; start < bytes.length; start++) {
    for (const { nick } of readLines(bytes.subarray(start)).entries) assertEquals(nick, "amy");
  }
});

pure("readLines reads whole entries around megabytes of damage, be it zeros or text", () => {
  const entry = printEntries([ENTRIES[0]]);
  for (const filler of ["\0", "1", '"', "\\"]) {
    const text = `${entry}{"time":17${filler.repeat(8 << 20)}\n${entry}`;
    const { entries, damaged } = readLines(new TextEncoder().encode(text));
    assertEquals([entries, damaged], [[ENTRIES[0], ENTRIES[0]], [2]]);
  }
  const many = readLines(new TextEncoder().encode(`x${entry.trimEnd().repeat(200_000)}`));
  assertEquals(many.entries.length, 200_000);
});
