import { assertEquals } from "@std/assert";
import { DRAWN_PIECES, readOf } from "./reads.js";

const encoder = new TextEncoder();

/** A part of a read: its bytes, and the text of the frame that ends with them. */
type Part = [bytes: string, begins: boolean, ends: boolean, text?: string];

function read(parts: Part[], frames: number[]) {
  let at = 0;
  const pieces = parts.map(([bytes, begins, ends, text]) => {
    const from = at;
    at += encoder.encode(bytes).length;
    return { from, to: at, begins, ends, text };
  });
  return { bytes: at, hex: encoder.encode(parts.map(([bytes]) => bytes).join("")).toHex(), frames, pieces };
}

const shown = (event: Parameters<typeof readOf>[0]) =>
  readOf(event).pieces.map(({ kind, name, label }) => [kind, name, label]);

Deno.test({
  name: "readOf names each frame by its text, without what marks its end",
  permissions: "none",
  fn() {
    const { pieces, frames, isTorn } = readOf(
      read([["one\n", true, true, "one"], ["二\r\n", true, true, "二"], ["\n", true, true, ""]], [3, 3, 0]),
    );
    assertEquals(pieces.map(({ name, from, to }) => [name, from, to]), [["one", 0, 4], ["二", 4, 9], [
      "",
      9,
      10,
    ]]);
    assertEquals([frames, isTorn], [3, false]);
  },
});

Deno.test({
  name: "readOf shows of a torn frame what came here, and names its end by all of it",
  permissions: "none",
  fn() {
    const first = read([["hel", true, false]], []);
    assertEquals(shown(first), [["frame", "hel…", "hel…"]]);
    assertEquals(readOf(first).isTorn, true);
    assertEquals(shown(read([["l", false, false]], [])), [["frame", "l…", "…l…"]]);
    const last = read([["o\n", false, true, "hello"], ["next\n", true, true, "next"]], [5, 4]);
    assertEquals(shown(last), [["frame", "hello", "…o"], ["frame", "next", "next"]]);
    assertEquals(readOf(last).isTorn, true);
  },
});

Deno.test({
  name: "readOf shows of a long text its start and its end, in few letters",
  permissions: "none",
  fn() {
    const label = (text: string) => shown(read([[`${text}\n`, true, true, text]], [text.length]))[0][2];
    assertEquals(label("sixteen letters!"), "sixteen letters!");
    assertEquals(label("[Sat Nov 28 00:23:43 2026] one"), "[Sat …2026] one");
    assertEquals(label("一二三四五六七八九十"), "一二…七八九十");
    assertEquals(label("🙂".repeat(40)), "🙂🙂…🙂🙂🙂🙂");
  },
});

Deno.test({
  name: "readOf shows bytes that are no text in hex, and control characters as programs write them",
  permissions: "none",
  fn() {
    assertEquals(shown({ bytes: 3, hex: "80ff0a", frames: [3] }), [["frame", "80 ff 0a", "80 ff 0a"]]);
    const torn = { bytes: 4, frames: [], pieces: [{ from: 0, to: 4, begins: false, ends: false }] };
    assertEquals(shown({ ...torn, hex: "bda061e5" }), [["frame", "a…", "…a…"]]);
    assertEquals(shown({ bytes: 2, hex: "c4e3", frames: [2] }), [["frame", "你", "你"]]);
    const { pieces: [{ name }] } = readOf({ bytes: 8, hex: "610a1b007fe280ae", frames: [8] });
    assertEquals(name, String.raw`a\n\x1b\0\x7f\u202e`);
  },
});

Deno.test({
  name: "readOf leaves no byte out: what is in no frame, and what is too much to be drawn",
  permissions: "none",
  fn() {
    const skipped = {
      ...read([["bad\n", true, true]], [2]),
      pieces: [{ from: 2, to: 4, begins: true, ends: true, text: "d" }],
    };
    assertEquals(shown(skipped).map(([kind]) => kind), ["outside", "frame"]);
    assertEquals(shown({ ...skipped, frames: [], pieces: [] }).map(([kind]) => kind), ["outside"]);
    const many = read(
      Array.from({ length: 1_000 }, (_, i): Part => [`${i}\n`, true, true, `${i}`]),
      Array(1_000).fill(1),
    );
    const { pieces, frames } = readOf(many);
    assertEquals(pieces.length, DRAWN_PIECES + 1);
    assertEquals(pieces.at(-1)?.kind, "more");
    assertEquals([frames, pieces.at(-1)?.frames, pieces.at(-1)?.to], [
      1_000,
      1_000 - DRAWN_PIECES,
      many.bytes,
    ]);
  },
});

Deno.test({
  name: "readOf of who doesn't say where frames end is one block, with how many ended",
  permissions: "none",
  fn() {
    const { pieces, frames } = readOf({
      bytes: 8,
      hex: encoder.encode("one\ntwo\n").toHex(),
      frames: [3, 3],
    });
    assertEquals(pieces.map(({ name, ends }) => [name, ends]), [[String.raw`one\ntwo\n`, true]]);
    assertEquals(frames, 2);
  },
});
