import { assertEquals } from "@std/assert";
import { checkRefusal, encoded, outcome, utf8 } from "../_testing.ts";
import { lineCodec } from "./line.ts";

const hex = (text: string) => utf8(text).toHex();

Deno.test({
  name: "lineCodec drops one \\r before \\n, and an empty line is a frame",
  permissions: "none",
  fn() {
    const events = outcome(lineCodec(10), utf8("a\r\n\nb\r\r\n\r\nc\rd\n"));
    assertEquals(events, [
      `${hex("a")} until 3`,
      " until 4",
      `${hex("b\r")} until 8`,
      " until 10",
      `${hex("c\rd")} until 14`,
    ]);
  },
});

Deno.test({
  name: "lineCodec goes on after the newline of a line that is too long",
  permissions: "none",
  fn() {
    assertEquals(outcome(lineCodec(3), utf8("abc\r\nabcd\nabc\n")), [
      `${hex("abc")} until 5`,
      "frame_too_long at 5: frame is over the limit of 3 at byte 5",
      `${hex("abc")} until 14`,
    ]);
  },
});

Deno.test({
  name: "lineCodec says at once that a line is too long, and keeps nothing of it",
  permissions: "none",
  fn() {
    const { decoder } = lineCodec(3).open();
    const errors: unknown[] = [];
    for (let i = 0; i < 1000; i++) {
      decoder.feed(utf8("abcd"));
      try {
        decoder.next();
      } catch (error) {
        errors.push(error);
      }
      decoder.next();
      assertEquals(decoder.buffered, 0);
    }
    decoder.feed(utf8("\nok\n"));
    assertEquals(decoder.next(), utf8("ok"));
    assertEquals(errors.length, 1);
  },
});

Deno.test({
  name: "lineCodec reports a stream that ends inside a line, but not twice for a line too long",
  permissions: "none",
  fn() {
    assertEquals(outcome(lineCodec(3), utf8("a\nbc")), [
      `${hex("a")} until 2`,
      "frame_truncated at 2: stream ended inside the frame at byte 2, after 2 bytes",
    ]);
    assertEquals(outcome(lineCodec(3), utf8("abcdef")).length, 1);
  },
});

Deno.test({
  name: "lineCodec ends a message in \\n and refuses one that contains it",
  permissions: "none",
  fn() {
    const { encoder } = lineCodec(3).open();
    assertEquals(encoded(encoder, utf8("ab")), utf8("ab\n"));
    checkRefusal(encoder, utf8("a\nb"), "a line can't hold a newline, which is byte 1 of the message");
  },
});

Deno.test({
  name: "lineCodec drops a mark at the start of the stream, and no other",
  permissions: "none",
  fn() {
    const mark = utf8("\ufeff");
    const form = { mark, endsInside: () => false };
    assertEquals(outcome(lineCodec(10, form), utf8("\ufeffa\n\ufeffb\n")), [
      `${hex("a")} until 5`,
      `${hex("\ufeffb")} until 10`,
    ]);
    assertEquals(outcome(lineCodec(10, form), utf8("\ufeff\n")), [" until 4"]);
    assertEquals(outcome(lineCodec(10), utf8("\ufeffa\n")), [`${hex("\ufeffa")} until 5`]);
  },
});
