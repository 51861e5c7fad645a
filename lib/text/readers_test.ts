import { assertEquals } from "@std/assert";
import { pure } from "../../tests/support/pure.ts";
import { openEncoding } from "./encoding.ts";
import { readersOf } from "./readers.ts";

pure("readersOf names the encoding that a text was written in", async () => {
  const texts: [name: string, text: string][] = [
    ["utf-8", "你好"],
    ["gbk", "你好，世界"],
    ["big5", "你好"],
    ["shift_jis", "こんにちは"],
    ["euc-jp", "こんにちは"],
    ["euc-kr", "안녕하세요"],
    ["windows-1252", "un café à deux"],
    ["koi8-r", "привет, мир!"],
  ];
  for (const [name, text] of texts) {
    const { encode } = await openEncoding(name);
    assertEquals(readersOf(encode(text).bytes).includes(name), true, name);
  }
});

pure("readersOf begins with gbk, which the tutorials' programs write, but for what is UTF-8", async () => {
  const { encode } = await openEncoding("gbk");
  assertEquals(readersOf(encode("你好").bytes)[0], "gbk");
  assertEquals(readersOf(new TextEncoder().encode("你好"))[0], "utf-8");
});

pure("readersOf names nothing for what is no text, or half a character", () => {
  for (const bytes of [[0, 1, 2, 3], [0xff, 0xfe, 0x00], [0x1b, 0xc4, 0xe3], [0xff]]) {
    assertEquals(readersOf(Uint8Array.from(bytes)), []);
  }
  assertEquals(readersOf(Uint8Array.from([0xc4, 0xe3, 0xba])).includes("gbk"), false);
});
