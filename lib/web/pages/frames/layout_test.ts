import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { arrange, between, gapWidth } from "./layout.js";
import { readOf } from "./reads.js";

Deno.test({
  name: "arrange places the blocks of a read one behind the other, inside it",
  permissions: "none",
  fn() {
    for (const hex of ["68656c6c6f", "e4bda0e5a5bd", "61".repeat(500)]) {
      const read = readOf({ bytes: hex.length / 2, hex, frames: [hex.length / 2] });
      const width = arrange(read);
      const [{ x, width: inner }] = read.pieces;
      assert(x > 0 && x + inner < width, hex);
    }
  },
});

Deno.test({
  name: "gapWidth grows with the time, slowly",
  permissions: "none",
  fn() {
    const widths = [0, 1, 50, 1_000, 3_600_000].map(gapWidth);
    assertEquals(widths, widths.toSorted((one, other) => one - other));
    assert(widths.at(-1)! < 200);
  },
});

Deno.test({
  name: "between finds exactly what a look at each read would",
  permissions: "none",
  fn() {
    const sizes = fc.array(
      fc.record({ gap: fc.integer({ min: 1, max: 50 }), width: fc.integer({ min: 1, max: 90 }) }),
    );
    fc.assert(fc.property(sizes, fc.nat(3_000), fc.nat(500), (all, left, length) => {
      let x = 0;
      const reads = all.map(({ gap, width }) => {
        const read = { x: x + gap, width };
        x += gap + width;
        return read;
      });
      const [first, last] = between(reads, left, left + length);
      const seen = reads.filter((read) => read.x + read.width > left && read.x < left + length);
      assertEquals(reads.slice(first, last), seen);
    }));
  },
});
