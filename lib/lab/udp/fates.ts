import type { Fate } from "../../app/mod.ts";
import { randomFor } from "../../packet/random.ts";

/** The wire that is shown unless another is asked for: it has all three, and what is sent again comes through. */
export const SEED = 15;
/** The numbers that are sent over each protocol: from 1 to this. */
export const NUMBERS = 10;
/** Ms from one to the next. */
export const PACE = 10;
/** How likely a packet is lost, comes twice, or comes late. */
export const LOSS = 0.2, DUPLICATE = 0.1, REORDER = 0.1;
/** How many packets a late one lets pass. */
export const BEHIND = 2;

/**
 * What a bad wire does to one packet after the other, the same for the same seed.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const [one, other] = [fates(3), fates(3)];
 * for (let i = 0; i < 100; i++) assertEquals(one(), other());
 * ```
 */
export function fates(seed: number): () => Fate {
  const random = randomFor(seed);
  return () => {
    const chance = random();
    if (chance < LOSS) return { lost: true };
    if (chance < LOSS + DUPLICATE) return { twice: true };
    return chance < LOSS + DUPLICATE + REORDER ? { late: true } : {};
  };
}
