import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { anyCut, bytes, encoded, hostileBytes, outcome } from "../_testing.ts";
import { rawCodec } from "./raw.ts";

Deno.test({
  name: "rawCodec gives each chunk back, in pieces of maxFrame",
  permissions: "none",
  fn() {
    const { decoder } = rawCodec(2).open();
    decoder.feed(bytes("01 02 03"));
    decoder.feed(bytes("04"));
    decoder.end();
    const frames = [1, 2, 3, 4].map(() => decoder.next()?.toHex());
    assertEquals(frames, ["0102", "03", "04", undefined]);
    assertEquals(decoder.offset, 4);
  },
});

Deno.test({
  name: "rawCodec loses no byte and never errs",
  permissions: "none",
  fn() {
    fc.assert(fc.property(hostileBytes("raw"), anyCut, (stream, cut) => {
      const events = outcome(rawCodec(5), stream, cut, 5);
      assertEquals(events.map((event) => event.split(" ")[0]).join(""), stream.toHex());
    }));
  },
});

Deno.test({
  name: "rawCodec adds nothing to a message",
  permissions: "none",
  fn() {
    assertEquals(encoded(rawCodec(5).open().encoder, bytes("0a 00")), bytes("0a 00"));
  },
});

Deno.test({
  name: "rawCodec gives a message without bytes, as those of a WebSocket may be",
  permissions: "none",
  fn() {
    const { decoder } = rawCodec(10).open();
    decoder.feed(new Uint8Array());
    assertEquals(decoder.next(), new Uint8Array());
    assertEquals(decoder.next(), undefined);
  },
});
