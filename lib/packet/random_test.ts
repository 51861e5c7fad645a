import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { randomFor } from "./random.ts";

const pure = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

/** Both ways of a connection. */
const UP = 0, DOWN = 1;

/** The first numbers of a generator. */
const first = (count: number, seed: number, ...apart: number[]) =>
  Array.from({ length: count }, randomFor(seed, ...apart));

pure("randomFor gives the same numbers for the same arguments, and others if one of them differs", () => {
  const anySeed = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  fc.assert(fc.property(anySeed, fc.integer({ min: 1, max: 1e6 }), (seed, connection) => {
    const numbers = first(4, seed, connection, UP);
    assertEquals(first(4, seed, connection, UP), numbers);
    const others = [
      first(4, seed, connection, DOWN),
      first(4, seed, connection + 1, UP),
      first(4, seed + 1, connection, UP),
      first(4, (seed + 2 ** 32) % 2 ** 53, connection, UP),
    ];
    for (const other of others) assert(other.every((number, i) => number !== numbers[i]));
  }));
});

pure("randomFor spreads its numbers evenly from 0 to 1, for every connection", () => {
  for (const [seed, connection] of [[0, 1], [0, 2], [7, 1], [Number.MAX_SAFE_INTEGER, 1000]]) {
    const counts = new Array(10).fill(0);
    for (const number of first(10_000, seed, connection, DOWN)) {
      assert(number >= 0 && number < 1);
      counts[Math.floor(number * 10)]++;
    }
    // Six standard deviations of 30.
    for (const count of counts) assertLessOrEqual(Math.abs(count - 1000), 180);
  }
});

pure("randomFor gives neighbours first numbers that are spread as evenly", () => {
  const numbers = Array.from({ length: 10_000 }, (_, i) => first(1, 1, i + 1, UP)[0]);
  const below = numbers.filter((number) => number < 0.1).length;
  assertLessOrEqual(Math.abs(below - 1000), 180);
  assertEquals(new Set(numbers).size > 9_990, true);
});
