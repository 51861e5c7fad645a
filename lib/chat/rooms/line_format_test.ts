import { assert, assertEquals, assertThrows } from "@std/assert";
import { pure } from "../../../tests/support/pure.ts";
import { FrameError, parseSpec } from "../../framing/mod.ts";
import { openEncoding, utf8 } from "../../text/mod.ts";
import { LineFormats } from "./line_format.ts";

const hex = (bytes: Uint8Array) => bytes.toHex();

pure(
  "LineFormats.get gives the same format for the same encoding, and another for a client of ours",
  async () => {
    const formats = new LineFormats(parseSpec("text"));
    const gbk = await openEncoding("gbk");
    assertEquals(formats.get(utf8, false) === formats.get(utf8, false), true);
    // Two that were opened apart are one encoding.
    assert(formats.get(gbk, true) === formats.get(await openEncoding("GB2312"), true));
    assertEquals(
      new Set([formats.get(utf8, false), formats.get(utf8, true), formats.get(gbk, false)]).size,
      3,
    );
  },
);

pure("LineFormat.frame writes in its encoding, and ? for what that doesn't have", async () => {
  const format = new LineFormats(parseSpec("text")).get(await openEncoding("gbk"), false);
  assertEquals(hex(format.frame("你😀")), "c4e3" + "3f" + "0a");
});

pure("LineFormat.frame of a text frame ends each line, whatever the peer has sent", () => {
  for (const spec of ["text", "text:5", "line"]) {
    const format = new LineFormats(parseSpec(spec)).get(utf8, false);
    assertEquals([hex(format.frame("hi")), format.ending], ["68690a", 1], spec);
  }
});

pure("LineFormat.frame of another frame is that frame, with no ending to be left out", () => {
  const format = new LineFormats(parseSpec("len:u8")).get(utf8, true);
  assertEquals([hex(format.frame("hi")), format.ending, format.isNumbered], ["026869", 0, true]);
  assertThrows(() => format.frame("x".repeat(256)), FrameError);
  // What did not fit leaves nothing behind.
  assertEquals(hex(format.frame("hi")), "026869");
});
