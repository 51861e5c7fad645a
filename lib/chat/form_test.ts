import { assert, assertEquals, assertThrows } from "@std/assert";
import { FrameError, parseSpec } from "../framing/mod.ts";
import { openEncoding, utf8 } from "../text/mod.ts";
import { Forms } from "./form.ts";

function pure(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

const hex = (bytes: Uint8Array) => bytes.toHex();

pure("Forms.get gives the same form for the same encoding, and another for a client of ours", async () => {
  const forms = new Forms(parseSpec("text"));
  const gbk = await openEncoding("gbk");
  assertEquals(forms.get(utf8, false) === forms.get(utf8, false), true);
  // Two that were opened apart are one encoding.
  assert(forms.get(gbk, true) === forms.get(await openEncoding("GB2312"), true));
  assertEquals(new Set([forms.get(utf8, false), forms.get(utf8, true), forms.get(gbk, false)]).size, 3);
});

pure("Form.frame writes in its encoding, and ? for what that doesn't have", async () => {
  const form = new Forms(parseSpec("text")).get(await openEncoding("gbk"), false);
  assertEquals(hex(form.frame("你😀")), "c4e3" + "3f" + "0a");
});

pure("Form.frame of a text frame ends each line, whatever the peer has sent", () => {
  for (const spec of ["text", "text:5", "line"]) {
    const form = new Forms(parseSpec(spec)).get(utf8, false);
    assertEquals([hex(form.frame("hi")), form.ending], ["68690a", 1], spec);
  }
});

pure("Form.frame of another frame is that frame, with no ending to be left out", () => {
  const form = new Forms(parseSpec("len:u8")).get(utf8, true);
  assertEquals([hex(form.frame("hi")), form.ending, form.isNumbered], ["026869", 0, true]);
  assertThrows(() => form.frame("x".repeat(256)), FrameError);
  // What did not fit leaves nothing behind.
  assertEquals(hex(form.frame("hi")), "026869");
});
