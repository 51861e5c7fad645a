import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Encoding, openEncoding, utf8 } from "./encoding.ts";
import { TextColumn } from "./text_column.ts";

function pure(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

/** The cells of bytes that come in these pieces, each piece joined, with `_` where a cell is nothing. */
function column(encoding: Encoding, ...pieces: (string | number[])[]): string[] {
  const text = new TextColumn(encoding);
  return pieces.map((piece) => {
    const bytes = typeof piece === "string" ? encoding.encode(piece).bytes : Uint8Array.from(piece);
    return text.take(bytes).map((cell) => cell === "" ? "_" : cell).join("");
  });
}

pure("TextColumn shows printable ASCII, and a dot for each control character", () => {
  assertEquals(column(utf8, "a ~\x7f\t\r\n\0\x1b["), ["a ~......["]);
});

pure("TextColumn shows a character at its first byte's place, as wide as a terminal does", async () => {
  const shown: Record<string, [string, string][]> = {
    "utf-8": [["aéb", "aé b"], ["你b", "你_ b"], ["😀b", "😀_  b"], ["ﾃ", "ﾃ  "], ["　", "　_ "]],
    gbk: [["你好b", "你_好_b"], ["é", "é "]],
    gb18030: [["你b", "你_b"], ["😀b", "😀_  b"]],
    big5: [["你b", "你_b"]],
    shift_jis: [["テb", "テ_b"], ["ﾃb", "ﾃb"]],
    "euc-jp": [["テb", "テ_b"]],
    "windows-1252": [["é€b", "é€b"]],
    "utf-16le": [["a你", "a 你_"], ["😀", "😀_  "], ["\n", ".."]],
  };
  for (const [name, cases] of Object.entries(shown)) {
    const encoding = await openEncoding(name);
    for (const [text, cells] of cases) assertEquals(column(encoding, text), [cells], `${name} ${text}`);
  }
});

pure("TextColumn has a dot for each byte of what a terminal obeys, or what has no column of its own", () => {
  assertEquals(column(utf8, "\u0085"), [".."]);
  for (const text of ["\u202e", "\u2028", "\u200d", "\ufeff", "\ue000", "\ufffd"]) {
    assertEquals(column(utf8, `${text}a`), ["...a"], text.codePointAt(0)!.toString(16));
  }
  assertEquals(column(utf8, "e\u0301x"), ["e..x"]);
});

pure(
  "TextColumn has dots for what is no character, and reads on behind it as the encoding does",
  async () => {
    assertEquals(column(utf8, [0xff, 0x61, 0xe4, 0xbd, 0x62, 0xc3, 0x28]), [".a..b.("]);
    assertEquals(column(utf8, [0xe4, 0xbd, 0xe4, 0xbd, 0xa0]), ["..你_ "]);
    assertEquals(column(utf8, [0xf0, 0x9f, 0xff, 0x61]), ["...a"]);
    const gbk = await openEncoding("gbk");
    assertEquals(column(gbk, [0x81, 0xff, 0xc4, 0xe3]), ["..你_"]);
    assertEquals(column(gbk, [0xc4, 0x0a, 0x31, 0xc4, 0x21]), ["..1.!"]);
    const gb18030 = await openEncoding("gb18030");
    assertEquals(column(gb18030, [0x81, 0x30, 0x81, 0x41, 0x61, 0xc4, 0xe3]), ["....a你_"]);
  },
);

pure("TextColumn shows a character that is cut where it can be told and has room, else dots", async () => {
  assertEquals(column(utf8, [0xe4, 0xbd], [0xa0, 0x61]), ["..", ".a"]);
  assertEquals(column(utf8, [0xe4], [0xbd, 0xa0, 0x61]), [".", "你_a"]);
  assertEquals(column(utf8, [0xc3], [0xa9]), [".", "é"]);
  const gbk = await openEncoding("gbk");
  assertEquals(column(gbk, [0x61, 0xc4], [0xe3, 0xba, 0xc3]), ["a.", ".好_"]);
  // Half of one that is none: what came before is no part of the next.
  assertEquals(column(utf8, [0xe4], [0x61]), [".", "a"]);
});

pure("TextColumn.begin forgets what is unfinished, and has dots for a head", async () => {
  const gbk = await openEncoding("gbk");
  const text = new TextColumn(gbk);
  text.take(Uint8Array.of(0xc4));
  text.begin(2);
  assertEquals(text.take(Uint8Array.of(0)), ["."]);
  assertEquals(text.take(Uint8Array.of(0xc4, 0xe3, 0xba)), [".", "愫", ""]);
  text.begin();
  assertEquals(text.take(Uint8Array.of(0xc4, 0xe3)), ["你", ""]);
});

pure("TextColumn.take reads on over what is not shown", async () => {
  const gbk = await openEncoding("gbk");
  for (const hidden of ["", "好", "a", "好".repeat(20), "a好".repeat(19)]) {
    const text = new TextColumn(gbk);
    const { bytes } = gbk.encode(`ab${hidden}你`);
    assertEquals(text.take(bytes.subarray(0, -1), 2), ["a", "b"]);
    assertEquals(text.take(Uint8Array.of(bytes.at(-1)!, 0x63)), [".", "c"], hidden);
  }
});

pure(
  "TextColumn has a cell for each byte, and the same character at the end, however the bytes are cut",
  () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(40), (bytes, cut) => {
      const whole = new TextColumn(utf8).take(bytes);
      assertEquals(whole.length, bytes.length);
      const text = new TextColumn(utf8);
      const parts = [...text.take(bytes.subarray(0, cut)), ...text.take(bytes.subarray(cut))];
      // Only the character that was cut may look otherwise.
      for (const [i, cell] of parts.entries()) if (Math.abs(i - cut) > 3) assertEquals(cell, whole[i]);
    }));
  },
);
