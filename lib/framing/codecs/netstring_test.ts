import { assertEquals } from "@std/assert";
import { codeOf, encoded, outcome, utf8 } from "../_testing.ts";
import { netstringCodec } from "./netstring.ts";

Deno.test({
  name: "netstringCodec writes and reads the examples of the specification",
  permissions: "none",
  fn() {
    for (const [body, wire] of [["hello world!", "12:hello world!,"], ["", "0:,"]]) {
      assertEquals(encoded(netstringCodec(99).open().encoder, utf8(body)), utf8(wire));
      assertEquals(outcome(netstringCodec(99), utf8(wire)), [`${utf8(body).toHex()} until ${wire.length}`]);
    }
  },
});

Deno.test({
  name: "netstringCodec takes nothing but the one right spelling",
  permissions: "none",
  fn() {
    const cases: [string, string][] = [
      ["00:", "netstring with a leading zero"],
      ["01:a,", "netstring with a leading zero"],
      [":,", "netstring without a decimal length and a colon"],
      ["-1:", "netstring without a decimal length and a colon"],
      ["1 :", "netstring without a decimal length and a colon"],
      ["1a", "netstring without a decimal length and a colon"],
      ["1:ab", "netstring without a comma at its end"],
      ["0:x", "netstring without a comma at its end"],
    ];
    for (const [wire, message] of cases) {
      assertEquals(outcome(netstringCodec(99), utf8(`1:x,${wire}`)), [
        "78 until 4",
        `frame_malformed at 4: ${message} at byte 4`,
      ]);
    }
  },
});

Deno.test({
  name: "netstringCodec refuses a length over the limit before its colon",
  permissions: "none",
  fn() {
    const { decoder } = netstringCodec(99).open();
    decoder.feed(utf8("99"));
    assertEquals(decoder.next(), undefined);
    decoder.feed(utf8("9"));
    assertEquals(
      codeOf(() => decoder.next(), "frame of at least 999 bytes is over the limit of 99 at byte 0"),
      "frame_too_long",
    );
  },
});

Deno.test({
  name: "netstringCodec reports a stream that ends inside a frame",
  permissions: "none",
  fn() {
    for (const wire of ["1", "1:", "1:a"]) {
      const events = outcome(netstringCodec(99), utf8(`0:,${wire}`));
      assertEquals(events[1].split(":")[0], "frame_truncated at 3");
    }
  },
});
