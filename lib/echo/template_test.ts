import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { openEncoding } from "../text/mod.ts";
import { partsOf } from "./template.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const bytes = (...values: number[]) => Uint8Array.from(values);

pure("partsOf takes each escape for the byte that it is", () => {
  assertEquals(partsOf(String.raw`\n\r\t\0\\`, utf8), [bytes(0x0a, 0x0d, 0x09, 0, 0x5c)]);
  assertEquals(partsOf(String.raw`a\x00\xfF\x41b`, utf8), [bytes(0x61, 0, 0xff, 0x41, 0x62)]);
});

pure("partsOf ends an escape where it ends, whatever stands behind", () => {
  assertEquals(partsOf(String.raw`\x414`, utf8), [utf8("A4")]);
  assertEquals(partsOf(String.raw`\012`, utf8), [utf8("\x0012")]);
  assertEquals(partsOf(String.raw`\\n`, utf8), [utf8("\\n")]);
  assertEquals(partsOf(String.raw`\\{n}\n`, utf8), [utf8("\\"), "n", utf8("\n")]);
  assertEquals(partsOf(String.raw`\x7bn}`, utf8), [utf8("{n}")]);
});

pure("partsOf puts the text into the encoding, and no byte of an escape or of the message", async () => {
  const gbk = await openEncoding("gbk");
  const parts = partsOf(String.raw`你\xc4{data}\xe3好`, (text) => gbk.encode(text).bytes);
  assertEquals(parts, [bytes(0xc4, 0xe3, 0xc4), "data", bytes(0xe3, 0xba, 0xc3)]);
});

pure("partsOf gives each byte back that is written as an escape", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1 }), (given) => {
    const template = Array.from(given, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
    assertEquals(partsOf(template, utf8), [given]);
  }));
});

pure("partsOf refuses any other backslash, and says what there is", () => {
  const cases = [
    [String.raw`a\q`, String.raw`\q`],
    [String.raw`\N`, String.raw`\N`],
    [String.raw`\{time}`, String.raw`\{`],
    [String.raw`\x4`, String.raw`\x4`],
    [String.raw`\xg0!`, String.raw`\xg0`],
    [String.raw`\X41`, String.raw`\X`],
    [String.raw`ok\\\ `.trimEnd(), "\\"],
    ["\\你", "\\你"],
  ];
  for (const [template, shown] of cases) {
    const error = assertThrows(() => partsOf(template, utf8), PinwireError);
    assertEquals([error.code, error.exitCode, error.message], [
      "usage",
      2,
      `unknown escape ${shown} in --reply`,
    ]);
    assertEquals(
      error.hint,
      String.raw`use \n, \r, \t, \0, \xNN with two hex digits, or \\ for a backslash`,
    );
  }
});
