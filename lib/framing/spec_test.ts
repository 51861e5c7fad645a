import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { codeOf, outcome, utf8 } from "./_testing.ts";
import { ByteBuffer } from "./byte_buffer.ts";
import { DEFAULT_MAX_FRAME, endingLines, FRAME_SPECS, parseSpec } from "./spec.ts";

Deno.test({
  name: "parseSpec knows each of FRAME_SPECS",
  permissions: "none",
  fn() {
    for (const spec of FRAME_SPECS) assertEquals(parseSpec(spec).spec, spec);
    assertEquals(new Set(FRAME_SPECS).size, FRAME_SPECS.length);
  },
});

Deno.test({
  name: "parseSpec gives the canonical form",
  permissions: "none",
  fn() {
    assertEquals(parseSpec("delim:0D0A").spec, "delim:0d0a");
    assertEquals(parseSpec("text:20").spec, "text");
    assertEquals(parseSpec("text:50").spec, "text:50");
  },
});

Deno.test({
  name: "parseSpec gives text its pause",
  permissions: "none",
  fn() {
    for (const [spec, pause] of [["text", 20], ["text:50", 50], ["text:1", 1]] as const) {
      const { decoder } = parseSpec(spec).open();
      decoder.feed(utf8("a"), 1000);
      decoder.next();
      assertEquals(decoder.nextTimeout?.(), 1000 + pause);
    }
  },
});

Deno.test({
  name: "parseSpec says what is wrong and what is right",
  permissions: "none",
  fn() {
    const cases: [string, string, string][] = [
      ["lin", 'no frame "lin"', "use one of raw, line, text, len:i32le"],
      ["", 'no frame ""', "use one of raw, line"],
      ["toString", 'no frame "toString"', "use one of raw"],
      ["netstrings", 'no frame "netstrings"', "netstring"],
      ["i32le", 'no frame "i32le"', "len:i32le"],
      ["raw:1", 'no frame "raw:1"', "write raw alone"],
      ["line:", 'no frame "line:"', "write line alone"],
      ["len", 'no frame "len"', "use one of len:i32le"],
      ["len:i16le", 'no frame "len:i16le"', "use one of len:i32le, len:i32be"],
      ["len:u16", 'no frame "len:u16"', "use one of len:i32le"],
      ["delim", 'no frame "delim"', "two hex digits each"],
      ["delim:", 'no frame "delim:"', "as in delim:0d0a"],
      ["delim:0d0", 'no frame "delim:0d0"', "two hex digits each"],
      ["delim:zz", 'no frame "delim:zz"', "two hex digits each"],
      ["fixed", 'no frame "fixed"', "as in fixed:16"],
      ["fixed:0", 'no frame "fixed:0"', "1 or more"],
      ["fixed:1e3", 'no frame "fixed:1e3"', "1 or more"],
      ["fixed:-1", 'no frame "fixed:-1"', "1 or more"],
      ["fixed:1000001", 'frame "fixed:1000001" is over the limit of 1000000', "raise --max-frame"],
      ["text:0", 'no frame "text:0"', "as in text:50"],
      ["text:60001", 'no frame "text:60001"', "1 to 60000 ms"],
    ];
    for (const [spec, message, hint] of cases) {
      const error = assertThrows(() => parseSpec(spec, 1_000_000), PinwireError);
      assertEquals([error.code, error.exitCode, error.message], ["usage", 2, message]);
      assertStringIncludes(error.hint ?? "", hint);
    }
  },
});

Deno.test({
  name: "parseSpec puts the limit in force",
  permissions: "none",
  fn() {
    assertEquals(parseSpec("fixed:8", 8).spec, "fixed:8");
    assert(outcome(parseSpec("line", 1), utf8("ab\n"))[0].startsWith("frame_too_long"));
    const { decoder } = parseSpec("line").open();
    decoder.feed(new Uint8Array(DEFAULT_MAX_FRAME));
    assertEquals(decoder.next(), undefined);
    decoder.feed(new Uint8Array(1));
    assertEquals(codeOf(() => decoder.next()), "frame_too_long");
  },
});

Deno.test({
  name: "a codec's isLineBased tells those that cut at each byte 0a",
  permissions: "none",
  fn() {
    const based = ["line", "text", "text:50", "delim:0a"];
    const free = ["raw", "len:i32le", "netstring", "delim:0a00", "delim:0d0a", "fixed:16", "slip", "cobs"];
    assertEquals(based.concat(free).filter((spec) => parseSpec(spec).isLineBased), based);
  },
});

Deno.test({
  name: "endingLines ends every message in a newline in place of text, and leaves other frames as they are",
  permissions: "none",
  fn() {
    for (const spec of ["text", "text:50"]) {
      const out = new ByteBuffer();
      endingLines(parseSpec(spec)).open().encoder.encode(Uint8Array.of(0x61), out);
      assertEquals(out.bytes().toHex(), "610a");
    }
    for (const spec of ["raw", "line", "len:i32le"]) {
      const codec = parseSpec(spec);
      assert(endingLines(codec) === codec);
    }
  },
});

Deno.test({
  name: "a decoder's sawNewline tells whether its peer ends messages so, where frames have no other end",
  permissions: "none",
  fn() {
    const seen = (spec: string, text: string) => {
      const { decoder } = parseSpec(spec).open();
      decoder.feed(utf8(text), 0);
      decoder.next();
      return decoder.sawNewline;
    };
    assertEquals(["raw", "text", "line"].map((spec) => seen(spec, "a")), [false, false, false]);
    assertEquals(["raw", "text", "line"].map((spec) => seen(spec, "a\n")), [false, true, true]);
    assertEquals(seen("netstring", "1:a,"), undefined);
  },
});
