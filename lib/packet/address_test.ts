import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatIpAddress, parseIpAddress } from "./address.ts";

Deno.test({
  name: "formatIpAddress writes IPv6 as RFC 5952 wants it",
  permissions: "none",
  fn() {
    const forms = [
      ["0:0:0:0:0:0:0:0", "::"],
      ["0:0:0:0:0:0:0:1", "::1"],
      ["FE80:0:0:0:0:0:0:0", "fe80::"],
      ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
      ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
      ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
      ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
      ["1:0:0:0:0:0:0:0", "1::"],
    ];
    for (const [given, canonical] of forms) assertEquals(formatIpAddress(parseIpAddress(given)!), canonical);
  },
});

Deno.test({
  name: "any address comes back from its text",
  permissions: "none",
  fn() {
    const size = fc.constantFrom(4, 16);
    const byte = fc.constantFrom(0, 0, 0, 1, 0xab, 0xff);
    const address = size.chain((length) => fc.array(byte, { minLength: length, maxLength: length }));
    fc.assert(fc.property(address, (bytes) => {
      assertEquals(
        parseIpAddress(formatIpAddress(Uint8Array.from(bytes)))?.toHex(),
        Uint8Array.from(bytes).toHex(),
      );
    }));
  },
});

Deno.test({
  name: "parseIpAddress knows what is none",
  permissions: "none",
  fn() {
    for (
      const text of [
        "",
        "localhost",
        "1.2.3",
        "1.2.3.256",
        "1.2.3.4.5",
        ":",
        ":::",
        "1::2::3",
        "::g",
        "[::1]",
      ]
    ) {
      assertEquals(parseIpAddress(text), undefined, text);
    }
  },
});
