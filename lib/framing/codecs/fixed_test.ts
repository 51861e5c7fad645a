import { assertEquals } from "@std/assert";
import { bytes, checkRefusal, encoded, outcome } from "../_testing.ts";
import { fixedCodec } from "./fixed.ts";

Deno.test({
  name: "fixedCodec cuts after each size bytes and reports what is left",
  permissions: "none",
  fn() {
    assertEquals(outcome(fixedCodec(2), bytes("01 02 03 04 05")), [
      "0102 until 2",
      "0304 until 4",
      "frame_truncated at 4: stream ended inside the frame at byte 4, after 1 byte",
    ]);
  },
});

Deno.test({
  name: "fixedCodec refuses a message of another size",
  permissions: "none",
  fn() {
    const { encoder } = fixedCodec(2).open();
    assertEquals(encoded(encoder, bytes("0102")), bytes("0102"));
    checkRefusal(encoder, bytes("01"), "a message of 1 bytes is none of fixed:2");
    checkRefusal(encoder, bytes("010203"), "a message of 3 bytes is none of fixed:2");
  },
});
