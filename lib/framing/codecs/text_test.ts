import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { checkRefusal, codeOf, encoded, outcome, utf8 } from "../_testing.ts";
import { textCodec } from "./text.ts";
import type { Decoder } from "../types.ts";

/** What becomes of texts and pauses (numbers, in milliseconds): the frames' texts, and `|` where a pause begins. */
function play(decoder: Decoder, script: (string | number)[]): string[] {
  let now = 0;
  const frames: string[] = [];
  const drain = () => {
    let frame;
    while ((frame = decoder.next()) !== undefined) frames.push(new TextDecoder().decode(frame));
  };
  for (const step of script) {
    if (typeof step === "number") {
      frames.push("|");
      now += step;
      if ((decoder.nextTimeout?.() ?? Infinity) <= now) decoder.timeout?.(now);
    } else {
      decoder.feed(utf8(step), now);
    }
    drain();
  }
  return frames;
}

const open = () => textCodec(100).open();

Deno.test({
  name: "textCodec takes an unfinished line for a message after a pause, and not before",
  permissions: "none",
  fn() {
    assertEquals(play(open().decoder, ["a\nb", 19, "c", 19, "d", 20]), ["a", "|", "|", "|", "bcd"]);
    assertEquals(play(open().decoder, ["ab\r", 20, "c", 20]), ["|", "ab", "|", "c"]);
    assertEquals(play(textCodec(100, 50).open().decoder, ["a", 49, 1]), ["|", "|", "a"]);
  },
});

Deno.test({
  name: "textCodec makes no empty message of a terminator that comes late",
  permissions: "none",
  fn() {
    const cases: [(string | number)[], string[]][] = [
      [["a", 20, "\n", "b\n"], ["|", "a", "b"]],
      [["a", 20, "\r\n", "b\n"], ["|", "a", "b"]],
      [["a", 20, "\r", "\n", "b\n"], ["|", "a", "b"]],
      [["a\r", 20, "\n", "b\n"], ["|", "a", "b"]],
      [["a", 20, "\r", 20, "\n", "b\n"], ["|", "a", "|", "b"]],
      [["a", 20, "\nb\n"], ["|", "a", "b"]],
      [["a", 20, "", "\n\n"], ["|", "a", ""]],
      [["a", 20, "\r", "b\n"], ["|", "a", "\rb"]],
      [["a", 20, "\rb\n"], ["|", "a", "\rb"]],
      [["a", 20, "b", 20, "\n", "\n"], ["|", "a", "|", "b", ""]],
    ];
    for (const [script, expected] of cases) assertEquals(play(open().decoder, script), expected);
  },
});

Deno.test({
  name: "textCodec counts a late terminator to the frame before it",
  permissions: "none",
  fn() {
    const { decoder } = open();
    play(decoder, ["ab", 20]);
    assertEquals(decoder.offset, 2);
    play(decoder, ["\r", "\n"]);
    assertEquals(decoder.offset, 4);
    play(decoder, ["c\n"]);
    assertEquals(decoder.offset, 6);
    play(decoder, ["d", 20, "\r", 20]);
    assertEquals(decoder.offset, 8);
  },
});

Deno.test({
  name: "textCodec wants no timeout when no line is begun",
  permissions: "none",
  fn() {
    const { decoder } = open();
    assertEquals(decoder.nextTimeout?.(), undefined);
    play(decoder, ["a\n"]);
    assertEquals(decoder.nextTimeout?.(), undefined);
    decoder.feed(utf8("b"), 1000);
    decoder.next();
    assertEquals(decoder.nextTimeout?.(), 1020);
    decoder.feed(new Uint8Array(0), 1010);
    assertEquals(decoder.nextTimeout?.(), 1020);
    decoder.timeout?.(1020);
    decoder.feed(utf8("c"), 1020);
    assertEquals(decoder.next(), undefined);
    assertEquals(decoder.nextTimeout?.(), 1040);
  },
});

Deno.test({
  name: "textCodec takes an unfinished line for a message at the end",
  permissions: "none",
  fn() {
    assertEquals(outcome(textCodec(5), utf8("a\nb\r")), ["61 until 2", "62 until 4"]);
    assertEquals(outcome(textCodec(5), utf8("a\n")), ["61 until 2"]);
  },
});

Deno.test({
  name: "textCodec ends a message that is too long at a pause as well",
  permissions: "none",
  fn() {
    const { decoder } = textCodec(3).open();
    decoder.feed(utf8("abcdef"), 0);
    assertEquals(codeOf(() => decoder.next()), "frame_too_long");
    assertEquals(play(decoder, [20, "ok", 20]), ["|", "|", "ok"]);
  },
});

Deno.test({
  name: "textCodec gives every byte but line ends, wherever the pauses are",
  permissions: "none",
  fn() {
    const step = fc.oneof(fc.constantFrom("a", "b", "\n", "ab\n", "\nb"), fc.constantFrom(10, 20));
    fc.assert(fc.property(fc.array(step), (script) => {
      const text = play(open().decoder, script.concat(20)).join("").replaceAll("|", "");
      assertEquals(text, script.filter((part) => typeof part === "string").join("").replaceAll("\n", ""));
    }));
  },
});

Deno.test({
  name: "textCodec answers with \\n once the peer has sent one, late or not",
  permissions: "none",
  fn() {
    const { decoder, encoder } = open();
    play(decoder, ["a", 20]);
    assertEquals(encoded(encoder, utf8("x")), utf8("x"));
    play(decoder, ["\n"]);
    assertEquals(encoded(encoder, utf8("x")), utf8("x\n"));
    checkRefusal(encoder, utf8("\n"), "newline");
    assertEquals(encoded(open().encoder, utf8("x")), utf8("x"));
  },
});

/** What codecs know of UTF-8, without the encodings of lib/text. */
const UTF8 = {
  mark: utf8("\ufeff"),
  endsInside(bytes: Uint8Array) {
    const decoder = new TextDecoder();
    decoder.decode(bytes, { stream: true });
    return decoder.decode() !== "";
  },
};

/** As {@linkcode play} for bytes: what is fed, or how long nothing comes, and what is a message after each step. */
function playBytes(script: (Uint8Array | number)[]): string[][] {
  const { decoder } = textCodec(100, 20, UTF8).open();
  let now = 0;
  return script.map((step) => {
    const frames: string[] = [];
    if (typeof step === "number") {
      for (let at; (at = decoder.nextTimeout!()) !== undefined && at <= now + step;) {
        decoder.timeout!(at);
        for (let frame; (frame = decoder.next());) frames.push(new TextDecoder().decode(frame));
      }
      now += step;
    } else {
      decoder.feed(step, now);
      for (let frame; (frame = decoder.next());) frames.push(new TextDecoder().decode(frame));
    }
    return frames;
  });
}

Deno.test({
  name: "textCodec waits at a pause inside a character for its rest, but for no more than a second",
  permissions: "none",
  fn() {
    const [cut, rest] = [utf8("你好").subarray(0, 4), utf8("你好").subarray(4)];
    assertEquals(playBytes([cut, 999, rest, 20]), [[], [], [], ["你好"]]);
    assertEquals(playBytes([cut, 1000]), [[], ["你\ufffd"]]);
    assertEquals(playBytes([cut, 500, cut, 999, 1]), [[], [], [], [], ["你\ufffd你\ufffd"]]);
    assertEquals(playBytes([utf8("a"), 20]), [[], ["a"]]);
  },
});

Deno.test({
  name: "textCodec drops a mark at the start of the stream, however it is cut, and no other",
  permissions: "none",
  fn() {
    const mark = utf8("\ufeff");
    assertEquals(playBytes([utf8("\ufeff88\r\n")]), [["88"]]);
    assertEquals(playBytes([mark.subarray(0, 2), mark.subarray(2), utf8("88"), 20]), [[], [], [], ["88"]]);
    assertEquals(playBytes([mark, 20, utf8("88\n")]), [[], [], ["88"]]);
    assertEquals(playBytes([utf8("\ufeff\na\n")]), [["", "a"]]);
    assertEquals(playBytes([utf8("a\n\ufeff\ufeffb\n")]), [["a", "\ufeffb"]]);
  },
});
