import { type Direction, DIRECTIONS } from "./disturbance.ts";

/** Gives numbers from 0 to 1, without 1. */
export type Random = () => number;

/**
 * A generator for one direction of one connection: the same three give the same numbers, whatever else the relay carries.
 *
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * assertEquals(randomFor(7, 1, "up")(), randomFor(7, 1, "up")());
 * assert(randomFor(7, 1, "up")() !== randomFor(7, 2, "up")());
 * ```
 */
export function randomFor(seed: number, connection: number, direction: Direction): Random {
  // Each is mixed in on its own, so that neighbours have nothing in common.
  let state = [seed, Math.floor(seed / 2 ** 32), connection, DIRECTIONS.indexOf(direction)].reduce(
    (mixed, part) => mix(mixed + part | 0),
    0,
  );
  return () => {
    state = state + GOLDEN | 0;
    return (mix(state) >>> 0) / 2 ** 32;
  };
}

/** 2^32 by the golden ratio: Weyl's sequence over it comes to every number once (Steele and others, SplitMix, 2014). */
const GOLDEN = 0x9e37_79b9;

/** The finalizer of MurmurHash3: each bit of `value` changes half of the bits that it gives. */
function mix(value: number): number {
  value = Math.imul(value ^ value >>> 16, 0x85eb_ca6b);
  value = Math.imul(value ^ value >>> 13, 0xc2b2_ae35);
  return value ^ value >>> 16;
}
