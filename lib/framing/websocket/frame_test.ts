import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { bytes, utf8 } from "../_testing.ts";
import { framesOf } from "./_testing.ts";
import { closeBody, OPCODES } from "./frame.ts";
import { mask } from "./mask.ts";

Deno.test({
  name: "appendFrame writes the examples of RFC 6455, section 5.7",
  permissions: "none",
  fn() {
    const server = (opcode: number, body: Uint8Array) => framesOf("server", [{ opcode, body }]).toHex();
    assertEquals(server(OPCODES.text, utf8("Hello")), "810548656c6c6f");
    assertEquals(server(OPCODES.ping, utf8("Hello")), "890548656c6c6f");
    assertEquals(server(OPCODES.binary, new Uint8Array(256)).slice(0, 8), "827e0100");
    assertEquals(server(OPCODES.binary, new Uint8Array(65_536)).slice(0, 20), "827f0000000000010000");
  },
});

Deno.test({
  name: "appendFrame of a client masks, each frame with a key of its own",
  permissions: "none",
  fn() {
    const body = utf8("Hello");
    const [first, second] = [0, 1].map(() => framesOf("client", [{ opcode: OPCODES.text, body }]));
    assertEquals(first.subarray(0, 2).toHex(), "8185");
    assert(first.subarray(2, 6).toHex() !== second.subarray(2, 6).toHex());
    mask(first, 6, 11, first.slice(2, 6));
    assertEquals(first.subarray(6), body);
  },
});

Deno.test({
  name: "mask changes each byte by its byte of the key, wherever it begins",
  permissions: "none",
  fn() {
    assertEquals(
      (() => {
        const masked = bytes("7f 9f 4d 51 58");
        mask(masked, 0, 5, bytes("37 fa 21 3d"));
        return masked;
      })(),
      utf8("Hello"),
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        fc.nat(9),
        fc.nat(200),
        fc.nat(3),
        (key, from, length, phase) => {
          const masked = Uint8Array.from({ length: from + length + 3 }, (_, i) => i);
          const expected = masked.map((byte, i) =>
            i >= from && i < from + length ? byte ^ key[(i - from + phase) & 3] : byte
          );
          assertEquals(mask(masked, from, from + length, key, phase), (length + phase) & 3);
          assertEquals(masked, expected);
        },
      ),
    );
  },
});

Deno.test({
  name: "closeBody holds a code, and as much of a reason as a control frame has room for",
  permissions: "none",
  fn() {
    assertEquals(closeBody(1000).toHex(), "03e8");
    assertEquals(closeBody(1001, "bye").toHex(), "03e9627965");
    assertEquals(closeBody(1002, "ä".repeat(200)).length, 124);
  },
});
