/** Gives numbers from 0 to 1, without 1. */
export type Random = () => number;

/**
 * A generator for what a bad wire does: the same numbers give the same ones, whatever other generators have given.
 *
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * assertEquals(randomFor(7, 1, 0)(), randomFor(7, 1, 0)());
 * assert(randomFor(7, 1, 0)() !== randomFor(7, 2, 0)());
 * ```
 *
 * @param apart what sets it apart from others with the same seed: which connection, which way
 */
export function randomFor(seed: number, ...apart: number[]): Random {
  // Each is mixed in on its own, so that neighbours have nothing in common.
  let state = [seed, Math.floor(seed / 2 ** 32), ...apart].reduce((mixed, part) => mix(mixed + part | 0), 0);
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
