import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isUtf8, Utf8Check } from "./utf8_check.ts";

/** Bytes that are often UTF-8, and often nearly. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 8 }),
  fc.string({ unit: "binary" }).map((text) => new TextEncoder().encode(text)),
  fc.array(fc.constantFrom(0x41, 0x80, 0x90, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5), {
    maxLength: 8,
  }).map((array) => Uint8Array.from(array)),
);

function isWellFormed(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

Deno.test({
  name: "isUtf8 and Utf8Check agree with TextDecoder, wherever the bytes are cut",
  permissions: "none",
  fn() {
    fc.assert(
      fc.property(anyBytes, fc.nat(8), (bytes, cut) => {
        const check = new Utf8Check();
        const isWhole = check.feed(bytes, 0, Math.min(cut, bytes.length)) &&
          check.feed(bytes, Math.min(cut, bytes.length)) && check.isBetween;
        assertEquals([isUtf8(bytes), isWhole], [isWellFormed(bytes), isWellFormed(bytes)], bytes.toHex());
      }),
      { numRuns: 3000 },
    );
  },
});
