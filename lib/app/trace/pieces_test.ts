import { assertEquals } from "@std/assert";
import { parseSpec } from "../../framing/mod.ts";
import { openEncoding } from "../../text/mod.ts";
import { utf8 } from "./_testing.ts";
import { FrameBorders } from "./borders.ts";
import { datagramPieces, frameText, piecesOf } from "./pieces.ts";

const UTF8 = await openEncoding("utf-8");

/** What is told of each of these reads, cut by `spec`: from and to, which ends of the frame are there, its text. */
function told(spec: string, ...reads: (string | Uint8Array)[]) {
  const borders = new FrameBorders(parseSpec(spec), { textOf: frameText(UTF8, { isWatched: true }) });
  return reads.map((read) =>
    piecesOf(borders.take(typeof read === "string" ? utf8(read) : read, 0).segments).map(
      (
        { from, to, begins, ends, text },
      ) => [from, to, `${begins ? "begins" : ""} ${ends ? "ends" : ""}`.trim(), text],
    )
  );
}

const pure = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

pure(
  "piecesOf tells where frames begin and end in each read, and their texts without what marks their borders",
  () => {
    assertEquals(told("line", "one\ntwo\nth", "r", "ee\r\n"), [
      [[0, 4, "begins ends", "one"], [4, 8, "begins ends", "two"], [8, 10, "begins", undefined]],
      [[0, 1, "", undefined]],
      [[0, 4, "ends", "three"]],
    ]);
    assertEquals(told("netstring", "3:one,3:", "two,"), [
      [[0, 6, "begins ends", "one"], [6, 8, "begins", undefined]],
      [[0, 4, "ends", "two"]],
    ]);
    // SLIP's decoder has one place for all bodies.
    const slip = Uint8Array.of(0xc0, ...utf8("one"), 0xc0, 0xc0, ...utf8("two"), 0xc0);
    assertEquals(told("slip", slip)[0].map((piece) => piece.at(-1)), ["one", "two"]);
  },
);

pure("piecesOf tells no text of bytes that are none, and the start of a long one", () => {
  assertEquals(told("line", Uint8Array.of(0xff, 0x0a))[0], [[0, 2, "begins ends", undefined]]);
  const [[[, , , text]]] = told("line", "你".repeat(1_000) + "\n");
  assertEquals(text, "你".repeat(682) + "…");
});

pure("piecesOf tells the first of many", () => {
  const [pieces] = told("line", "\n".repeat(1_000));
  assertEquals(pieces.length, 64);
});

pure("datagramPieces is one frame", () => {
  assertEquals(datagramPieces(utf8("hi\n"), UTF8), {
    frames: [3],
    pieces: [{ from: 0, to: 3, begins: true, ends: true, text: "hi\n" }],
  });
});

pure("FrameBorders ends a line at the end of each message, which may have a newline there or not", () => {
  for (const spec of ["line", "text"]) {
    const borders = new FrameBorders(parseSpec(spec), { areMessages: true });
    const found = ["one", "two\n", "3\n4", "", "\n", "五\r\n"].map((message) => {
      const { segments, lengths } = borders.take(utf8(message), 0);
      return [
        lengths,
        ...segments.map(({ frame, from, to, begins, ends }) => [frame, from, to, begins && ends]),
      ];
    });
    assertEquals(found, [
      [[3], [1, 0, 3, true]],
      [[3], [2, 0, 4, true]],
      [[1, 1], [3, 0, 2, true], [4, 2, 3, true]],
      [[0]],
      [[0], [6, 0, 1, true]],
      [[3], [7, 0, 5, true]],
    ]);
    assertEquals([borders.offset, borders.end()], [16, { ended: undefined, errors: [] }]);
  }
});

pure("FrameBorders takes messages for pieces of a stream where frames have ends of their own", () => {
  const borders = new FrameBorders(parseSpec("netstring"), { areMessages: true });
  assertEquals(["3:o", "ne,0:,"].map((message) => borders.take(utf8(message), 0).lengths), [[], [3, 0]]);
});
