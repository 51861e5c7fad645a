import { assertEquals } from "@std/assert";
import { pure } from "../../app/_testing.ts";
import { dumpBoth, firstDifference } from "./difference.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

pure("firstDifference gives the first byte that differs, or that one alone has", () => {
  const cases: [string, string, number][] = [
    ["same", "same", -1],
    ["", "", -1],
    ["same", "sane", 2],
    ["short", "shorter", 5],
    ["", "x", 0],
  ];
  for (const [one, other, at] of cases) {
    assertEquals(firstDifference(bytes(one), bytes(other)), at);
    assertEquals(firstDifference(bytes(other), bytes(one)), at);
  }
});

pure("dumpBoth shows both from the row on in which they differ, by their offset in the stream", () => {
  assertEquals(
    dumpBoth(bytes("0123456789abcdefghijklmnop"), bytes("0123456789abcdefGHI\n"), 16, 0),
    `  recorded
    00000010  67 68 69 6a 6b 6c 6d 6e 6f 70                    ghijklmnop
  now
    00000010  47 48 49 0a                                      GHI.
`,
  );
  // A row begins at its own offset, but not before the bytes that there are.
  const [, row] = dumpBoth(bytes("0123456789"), bytes("0123456x89"), 7, 12).split("\n");
  assertEquals(row, "    00000010  34 35 36 37 38 39                                456789");
  assertEquals(
    dumpBoth(bytes("ab"), bytes("ax"), 1, 100).split("\n")[1].trim(),
    "00000064  61 62" + " ".repeat(44) + "ab",
  );
});

pure("dumpBoth shows four rows, and how many bytes are left, or that there is nothing", () => {
  const [recorded, now] = dumpBoth(new Uint8Array(100), new Uint8Array(), 0, 0).split("  now\n");
  assertEquals(recorded.trimEnd().split("\n").length, 6);
  assertEquals(recorded.trimEnd().split("\n").at(-1), "    … 36 more");
  assertEquals(now, "    nothing\n");
});
