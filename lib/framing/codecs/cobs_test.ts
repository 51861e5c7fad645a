import { assertEquals } from "@std/assert";
import { bytes, encoded, outcome } from "../_testing.ts";
import { cobsCodec } from "./cobs.ts";

/** The bytes from `first` to `last`. */
function range(first: number, last: number): string {
  return Uint8Array.from({ length: last - first + 1 }, (_, i) => first + i).toHex();
}

/** Bodies and their encodings: the paper's examples, and its runs of 254 and 255 bytes without a zero. */
const VECTORS = [
  ["", "01"],
  ["00", "01 01"],
  ["0000", "01 01 01"],
  ["11220033", "03 11 22 02 33"],
  ["11223344", "05 11 22 33 44"],
  ["11000000", "02 11 01 01 01"],
  ["4500002c4c79000040064f37", "02 45 01 04 2c 4c 79 01 05 40 06 4f 37"],
  [range(1, 0xfe), `ff ${range(1, 0xfe)}`],
  ["00" + range(1, 0xfe), `01 ff ${range(1, 0xfe)}`],
  [range(1, 0xff), `ff ${range(1, 0xfe)} 02 ff`],
  [range(2, 0xff) + "00", `ff ${range(2, 0xff)} 01 01`],
  [range(3, 0xff) + "0001", `fe ${range(3, 0xff)} 02 01`],
];

Deno.test({
  name: "cobsCodec writes and reads the published examples",
  permissions: "none",
  fn() {
    for (const [body, code] of VECTORS) {
      const wire = bytes(code + "00");
      assertEquals(encoded(cobsCodec(999).open().encoder, bytes(body)).toHex(), wire.toHex());
      assertEquals(outcome(cobsCodec(999), wire), [`${body} until ${wire.length}`]);
    }
  },
});

Deno.test({
  name: "cobsCodec reads the paper's own encoder, which ends a run of 254 bytes in 01",
  permissions: "none",
  fn() {
    const run = range(1, 0xfe);
    assertEquals(outcome(cobsCodec(999), bytes(`ff ${run} 01 00`)), [`${run} until 257`]);
  },
});

Deno.test({
  name: "cobsCodec takes a zero between frames for no frame",
  permissions: "none",
  fn() {
    assertEquals(outcome(cobsCodec(9), bytes("00 00 02 61 00 00 01 00")), ["61 until 5", " until 8"]);
  },
});

Deno.test({
  name: "cobsCodec goes on after the next zero, after a frame that is malformed or too long",
  permissions: "none",
  fn() {
    assertEquals(outcome(cobsCodec(2), bytes("05 61 00 02 62 00 04 61 62 63 00 02 62 00")), [
      "frame_malformed at 0: COBS frame with a zero inside a block at byte 0",
      "62 until 6",
      "frame_too_long at 6: frame is over the limit of 2 at byte 6",
      "62 until 14",
    ]);
    assertEquals(outcome(cobsCodec(1), bytes("01 01 01 00")).length, 1);
    assertEquals(outcome(cobsCodec(1), bytes("02 61 02"))[0].split(":")[0], "frame_too_long at 0");
  },
});

Deno.test({
  name: "cobsCodec reports a stream that ends inside a frame",
  permissions: "none",
  fn() {
    for (const wire of ["01", "03 61", "02 61"]) {
      const events = outcome(cobsCodec(9), bytes(`00 ${wire}`));
      assertEquals(events.map((event) => event.split(":")[0]), ["frame_truncated at 1"]);
    }
  },
});
