import { assertEquals } from "@std/assert";
import { bytes, checkRefusal, encoded, outcome } from "../_testing.ts";
import { delimiterCodec } from "./delimiter.ts";

Deno.test({
  name: "delimiterCodec cuts at the first place where the delimiter is whole",
  permissions: "none",
  fn() {
    const codec = delimiterCodec(bytes("0d0d0a"), 9);
    assertEquals(outcome(codec, bytes("61 0d0d0d0a 0d0d0a 0a")), [
      "610d until 5",
      " until 8",
      "frame_truncated at 8: stream ended inside the frame at byte 8, after 1 byte",
    ]);
    assertEquals(outcome(delimiterCodec(bytes("0d0d"), 9), bytes("61 0d0d0d 0d0d")), [
      "61 until 3",
      " until 5",
      "frame_truncated at 5: stream ended inside the frame at byte 5, after 1 byte",
    ]);
  },
});

Deno.test({
  name: "delimiterCodec does not take the end of one delimiter for the beginning of the next",
  permissions: "none",
  fn() {
    const codec = delimiterCodec(bytes("0d0d"), 9);
    for (const size of [1, 2, 3]) {
      const cut = Array.from({ length: 9 }, () => [size, Infinity] as const);
      assertEquals(outcome(codec, bytes("61 0d0d 0d 62 0d0d"), cut), ["61 until 3", "0d62 until 7"]);
    }
  },
});

Deno.test({
  name: "delimiterCodec finds a delimiter that is cut while it skips",
  permissions: "none",
  fn() {
    const codec = delimiterCodec(bytes("0d0a"), 2);
    const stream = bytes("61 61 61 61 61 0d 0a 62 0d 0a");
    const cut = Array.from({ length: 9 }, () => [1, Infinity] as const);
    assertEquals(outcome(codec, stream, cut, 2), [
      "frame_too_long at 0: frame is over the limit of 2 at byte 0",
      "62 until 10",
    ]);
  },
});

Deno.test({
  name: "delimiterCodec refuses messages with the delimiter in them or that would run into it",
  permissions: "none",
  fn() {
    const { encoder } = delimiterCodec(bytes("0d0d"), 9).open();
    assertEquals(encoded(encoder, bytes("610d62")), bytes("610d62 0d0d"));
    const message = "a message of delim:0d0d can't have these bytes in it or run into them, as at byte 1";
    checkRefusal(encoder, bytes("61 0d0d 62"), message);
    checkRefusal(encoder, bytes("61 0d"), message);
    const { encoder: partly } = delimiterCodec(bytes("6162 61"), 9).open();
    checkRefusal(partly, bytes("6162"), "as at byte 0");
    assertEquals(encoded(partly, bytes("61")), bytes("61 616261"));
  },
});
