import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { BYTES_PER_ROW, hexdumpRows, parseHex } from "./hexdump.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

Deno.test({
  name: "hexdumpRows gives 16 bytes a row, as hex digits",
  permissions: "none",
  fn() {
    assertEquals([...hexdumpRows(utf8("hello, world 1234\n~\x7f é"))], [
      { offset: 0, hex: "68 65 6c 6c 6f 2c 20 77 6f 72 6c 64 20 31 32 33" },
      { offset: 16, hex: "34 0a 7e 7f 20 c3 a9" },
    ]);
    assertEquals([...hexdumpRows(new Uint8Array())], []);
  },
});

Deno.test({
  name: "hexdumpRows counts from the offset of the first byte",
  permissions: "none",
  fn() {
    const rows = [...hexdumpRows(new Uint8Array(BYTES_PER_ROW + 1), 1000)];
    assertEquals(rows.map(({ offset }) => offset), [1000, 1016]);
    assertEquals(rows[1], { offset: 1016, hex: "00" });
  },
});

Deno.test({
  name: "parseHex reads digits of either case, with spaces and colons between",
  permissions: "none",
  fn() {
    assertEquals(parseHex("0D0a"), new Uint8Array([13, 10]));
    assertEquals(parseHex(" 68:65\t6C\n"), new Uint8Array([0x68, 0x65, 0x6c]));
    assertEquals(parseHex(""), new Uint8Array());
  },
});

Deno.test({
  name: "parseHex gives nothing for half a byte or other characters",
  permissions: "none",
  fn() {
    for (const text of ["0", "0d0", "0x0d", "gg", "0d,0a", "０ｄ"]) assertEquals(parseHex(text), undefined);
  },
});

Deno.test({
  name: "parseHex reads back what a hexdump shows",
  permissions: "none",
  fn() {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const rows = [...hexdumpRows(bytes)];
      assertEquals(parseHex(rows.map(({ hex }) => hex).join("\n")), bytes);
    }));
  },
});
