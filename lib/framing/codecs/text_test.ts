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
