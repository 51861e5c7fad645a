import { assertEquals } from "@std/assert";
import { bytes, checkRefusal, encoded, outcome } from "../_testing.ts";
import { slipCodec } from "./slip.ts";

Deno.test({
  name: "slipCodec writes and reads the escapes of RFC 1055",
  permissions: "none",
  fn() {
    const vectors = [
      ["61", "c0 61 c0"],
      ["c0", "c0 db dc c0"],
      ["db", "c0 db dd c0"],
      ["dbdc", "c0 db dd dc c0"],
      ["61c0dbc062", "c0 61 db dc db dd db dc 62 c0"],
    ];
    for (const [body, wire] of vectors) {
      assertEquals(encoded(slipCodec(9).open().encoder, bytes(body)), bytes(wire));
      assertEquals(outcome(slipCodec(9), bytes(wire)), [`${body} until ${bytes(wire).length}`]);
    }
  },
});

Deno.test({
  name: "slipCodec takes nothing between two ENDs for no packet, and needs no END in front",
  permissions: "none",
  fn() {
    assertEquals(outcome(slipCodec(9), bytes("c0 c0 61 c0 c0 c0 62 c0")), ["61 until 4", "62 until 8"]);
    assertEquals(outcome(slipCodec(9), bytes("61 c0 62 c0")), ["61 until 2", "62 until 4"]);
    checkRefusal(slipCodec(9).open().encoder, bytes(""), "SLIP has no empty packets");
  },
});

Deno.test({
  name: "slipCodec goes on at the next END after an ESC that escapes nothing",
  permissions: "none",
  fn() {
    for (const wrong of ["61 db 61 62", "db", "61 db"]) {
      const end = bytes(wrong).length + 4;
      assertEquals(outcome(slipCodec(9), bytes(`c0 ${wrong} c0 63 c0`)), [
        "frame_malformed at 1: SLIP packet with an ESC that escapes nothing at byte 1",
        `63 until ${end}`,
      ]);
    }
  },
});

Deno.test({
  name: "slipCodec counts the limit in bytes of the packet, not of the wire",
  permissions: "none",
  fn() {
    assertEquals(outcome(slipCodec(2), bytes("c0 dbdc dbdd c0 dbdc dbdd dbdd 61 c0 62 c0")), [
      "c0db until 6",
      "frame_too_long at 6: frame is over the limit of 2 at byte 6",
      "62 until 16",
    ]);
    assertEquals(outcome(slipCodec(1), bytes("61 dbdc"))[0].split(":")[0], "frame_too_long at 0");
  },
});

Deno.test({
  name: "slipCodec reports a stream that ends inside a packet",
  permissions: "none",
  fn() {
    assertEquals(outcome(slipCodec(9), bytes("c0 61")), [
      "frame_truncated at 1: stream ended inside the frame at byte 1, after 1 byte",
    ]);
    assertEquals(outcome(slipCodec(9), bytes("c0 db"))[0].split(":")[0], "frame_truncated at 1");
    assertEquals(outcome(slipCodec(9), bytes("c0 61 c0 c0")), ["61 until 3"]);
    assertEquals(outcome(slipCodec(1), bytes("c0 61 62")).length, 1);
  },
});
