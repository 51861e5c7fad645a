import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PinwireError } from "../errors.ts";
import { canonicalEncoding, ENCODINGS, openEncoding, type StreamDecoder } from "./encoding.ts";

const hex = (digits: string) => Uint8Array.fromHex(digits.replaceAll(" ", ""));

/** All that a stream decoder makes of `chunks` and of the end. */
function streamed(decoder: StreamDecoder, chunks: Uint8Array[]) {
  const parts = [...chunks.map((chunk) => decoder.decode(chunk)), decoder.end()];
  return { text: parts.map((part) => part.text).join(""), valid: parts.every((part) => part.valid) };
}

/** Any text of whole characters, with many that the encodings here have and many that they don't. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom("a", "?", "\n", "\0", "é", "ж", "€", "¥", "~", "\\", "中", "한", "ｱ", "あ", "😀", "𠀀"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
});

Deno.test({
  name: "openEncoding writes and reads the bytes that others write and read",
  permissions: "none",
  async fn() {
    const cases: [string, string, string][] = [
      ["utf-8", "你€😀", "e4bda0 e282ac f09f9880"],
      ["gbk", "你好, a", "c4e3 bac3 2c 20 61"],
      ["gbk", "€", "80"],
      ["gb18030", "你€", "c4e3 a2e3"],
      ["gb18030", "é😀", "a8a6 9439fc36"],
      ["big5", "你好", "a741 a66e"],
      ["shift_jis", "あｱ", "82a0 b1"],
      ["euc-jp", "あ", "a4a2"],
      ["euc-kr", "한", "c7d1"],
      ["windows-1252", "é€", "e9 80"],
      ["koi8-r", "ж", "d6"],
      ["utf-16le", "a😀", "6100 3dd8 00de"],
      ["utf-16be", "a€", "0061 20ac"],
    ];
    for (const [name, text, bytes] of cases) {
      const encoding = await openEncoding(name);
      assertEquals(encoding.encode(text), { bytes: hex(bytes), lost: [] }, name);
      assertEquals(encoding.decode(hex(bytes)), { text, valid: true }, name);
    }
  },
});

Deno.test({
  name: "openEncoding opens every name that the help lists, and none mangles ASCII",
  permissions: "none",
  async fn() {
    const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join("");
    for (const name of ENCODINGS) {
      const encoding = await openEncoding(name);
      const { bytes, lost } = encoding.encode(ascii);
      assertEquals([lost, encoding.decode(bytes)], [[], { text: ascii, valid: true }], name);
      assertEquals(encoding.asciiNewline, encoding.encode("\n").bytes.toHex() === "0a", name);
    }
  },
});

Deno.test({
  name: "openEncoding keeps a byte order mark, as it would any other character",
  permissions: "none",
  async fn() {
    for (const [name, bytes] of [["utf-8", "efbbbf 61"], ["utf-16le", "fffe 6100"]]) {
      const encoding = await openEncoding(name);
      assertEquals(encoding.decode(hex(bytes)).text, "\ufeffa");
      assertEquals(encoding.encode("\ufeffa").bytes, hex(bytes));
    }
  },
});

Deno.test({
  name: "encode tells which characters the encoding doesn't have, sends ? and keeps the neighbours",
  permissions: "none",
  async fn() {
    const gbk = await openEncoding("gbk");
    assertEquals(gbk.encode("你😀好한!"), { bytes: hex("c4e3 3f bac3 3f 21"), lost: ["😀", "한"] });
    assertEquals(gbk.encode("???"), { bytes: hex("3f3f3f"), lost: [] });
    const latin = await openEncoding("windows-1252");
    assertEquals(latin.encode("中é中"), { bytes: hex("3f e9 3f"), lost: ["中", "中"] });
  },
});

Deno.test({
  name: "encode sends ? for half of a surrogate pair, and says so",
  permissions: "none",
  async fn() {
    for (const name of ["utf-8", "gbk", "gb18030", "utf-16le", "utf-16be"]) {
      const encoding = await openEncoding(name);
      for (const half of ["\ud83d", "\ude00"]) {
        const { bytes, lost } = encoding.encode(`a${half}b`);
        assertEquals([encoding.decode(bytes), lost], [{ text: "a?b", valid: true }, [half]], name);
      }
    }
  },
});

Deno.test({
  name: "encode loses no more than it tells",
  permissions: "none",
  async fn() {
    for (const name of ENCODINGS) {
      const encoding = await openEncoding(name);
      fc.assert(fc.property(anyText, (text) => {
        const { bytes, lost } = encoding.encode(text);
        const left = [...lost];
        const expected = [...text].map((character) =>
          character === left[0] ? (left.shift(), "?") : character
        );
        assertEquals(encoding.decode(bytes).text, expected.join(""), name);
        assertEquals(left, []);
      }));
    }
  },
});

Deno.test({
  name: "decode takes U+FFFD that was sent for what it is",
  permissions: "none",
  async fn() {
    for (const name of ["utf-8", "gb18030", "utf-16le"]) {
      const encoding = await openEncoding(name);
      const { bytes, lost } = encoding.encode("a\ufffd");
      assertEquals([lost, encoding.decode(bytes)], [[], { text: "a\ufffd", valid: true }], name);
    }
  },
});

Deno.test({
  name: "decode marks what means nothing and keeps its neighbours",
  permissions: "none",
  async fn() {
    const cases: [string, string, string][] = [
      ["gbk", "61 ff 62", "a\ufffdb"],
      ["gbk", "61 c4 0a 62", "a\ufffd\nb"],
      ["gbk", "c4 20 68 69", "\ufffd hi"],
      ["gbk", "c4 31 61", "\ufffd1a"],
      ["gbk", "c4e3 c4", "你\ufffd"],
      ["utf-8", "61 c3 62", "a\ufffdb"],
      ["utf-8", "e4bd 61", "\ufffda"],
      ["utf-16le", "6100 00d8 6200", "a\ufffdb"],
      ["utf-16le", "6100 62", "a\ufffd"],
    ];
    for (const [name, bytes, text] of cases) {
      const encoding = await openEncoding(name);
      assertEquals(encoding.decode(hex(bytes)), { text, valid: false }, `${name} ${bytes}`);
      // One broken message spoils no other.
      assertEquals(encoding.decode(encoding.encode("ok").bytes), { text: "ok", valid: true });
    }
  },
});

Deno.test({
  name: "stream gives a character that is cut over two chunks whole, with the second",
  permissions: "none",
  async fn() {
    const cases: [string, string[], string[]][] = [
      ["gbk", ["61c4", "e362"], ["a", "你b"]],
      ["gb18030", ["94", "39fc", "36"], ["", "", "😀"]],
      ["utf-8", ["e4", "bd", "a061"], ["", "", "你a"]],
      ["utf-16le", ["3dd8", "00", "de"], ["", "", "😀"]],
    ];
    for (const [name, chunks, texts] of cases) {
      const decoder = (await openEncoding(name)).stream();
      const parts = chunks.map((chunk) => decoder.decode(hex(chunk)));
      assertEquals(parts, texts.map((text) => ({ text, valid: true })), name);
      assertEquals(decoder.end(), { text: "", valid: true });
    }
  },
});

Deno.test({
  name: "stream tells of half a character at the end",
  permissions: "none",
  async fn() {
    for (const [name, half] of [["gbk", "c4"], ["utf-8", "e4bd"], ["utf-16be", "00"]]) {
      const decoder = (await openEncoding(name)).stream();
      assertEquals(decoder.decode(hex(half)), { text: "", valid: true }, name);
      assertEquals(decoder.end(), { text: "\ufffd", valid: false }, name);
    }
  },
});

Deno.test({
  name: "stream gives of any bytes, cut any way, what decode gives of them whole",
  permissions: "none",
  async fn() {
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.array(fc.constantFrom(0x0a, 0x30, 0x39, 0x41, 0x81, 0xc4, 0xe3, 0xff, 0xd8, 0xdc), { maxLength: 40 })
        .map((array) => Uint8Array.from(array)),
    );
    for (const name of ENCODINGS) {
      const encoding = await openEncoding(name);
      fc.assert(fc.property(anyBytes, fc.array(fc.nat(5)), (bytes, sizes) => {
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const size of [...sizes, bytes.length]) chunks.push(bytes.slice(at, at += size));
        assertEquals(streamed(encoding.stream(), chunks), encoding.decode(bytes), name);
      }));
    }
  },
});

Deno.test({
  name: "utf-8, utf-16 and gb18030 hold every well-formed text",
  permissions: "none",
  async fn() {
    // GB 18030-2022 gave the bytes of a few private use characters to characters of their own.
    const isPrivate = /[\ue000-\uf8ff]/;
    for (const name of ["utf-8", "utf-16le", "utf-16be", "gb18030"]) {
      const encoding = await openEncoding(name);
      fc.assert(
        fc.property(fc.string({ unit: "binary" }), (text) => {
          fc.pre(name !== "gb18030" || !isPrivate.test(text));
          const { bytes, lost } = encoding.encode(text);
          assertEquals([encoding.decode(bytes).text, lost], [text, []], name);
        }),
        { numRuns: 500 },
      );
    }
  },
});

Deno.test({
  name: "canonicalEncoding understands the aliases of the Encoding Standard",
  permissions: "none",
  async fn() {
    const cases = [
      ["UTF8", "utf-8"],
      ["GB2312", "gbk"],
      ["chinese", "gbk"],
      ["GB18030", "gb18030"],
      ["sjis", "shift_jis"],
      ["latin1", "windows-1252"],
      ["utf-16", "utf-16le"],
    ];
    for (const [alias, name] of cases) {
      assertEquals(canonicalEncoding(alias), name);
      assertEquals((await openEncoding(alias)).name, name);
    }
  },
});

Deno.test({
  name: "openEncoding refuses an unknown name, and one that can only be decoded, as a wrong command line",
  permissions: "none",
  async fn() {
    for (const name of ["nope", "", "gb-18030x", "iso-2022-jp", "x-user-defined"]) {
      const error = await assertRejects(() => openEncoding(name), PinwireError);
      assertEquals([error.code, error.exitCode], ["usage", 2], name);
      assertStringIncludes(error.sentence, `"${name}"`);
      for (const one of ENCODINGS) assert(error.hint?.includes(one));
    }
    assertEquals(assertThrows(() => canonicalEncoding("nope"), PinwireError).exitCode, 2);
  },
});

Deno.test({
  name: "an encoding tells whether a character is cut, and which mark stands before a stream of it",
  permissions: "none",
  async fn() {
    for (const name of ENCODINGS) {
      const encoding = await openEncoding(name);
      const { bytes, lost } = encoding.encode("中文");
      if (lost.length) continue;
      const isCut = Array.from(
        { length: bytes.length + 1 },
        (_, i) => encoding.endsInside(bytes.subarray(0, i)),
      );
      const half = bytes.length / 2;
      assertEquals(isCut, isCut.map((_, i) => i % half !== 0), name);
    }
    assertEquals((await openEncoding("koi8-r")).endsInside(new Uint8Array([0xff])), false);
    assertEquals((await openEncoding("gb18030")).mark, new Uint8Array([0x84, 0x31, 0x95, 0x33]));
    assertEquals((await openEncoding("gbk")).mark, undefined);
  },
});
