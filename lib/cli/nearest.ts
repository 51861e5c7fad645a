import { closestString } from "@std/text/closest-string";
import { levenshteinDistance } from "@std/text/levenshtein-distance";
import type { MisspelledWord } from "../errors.ts";

/**
 * The known word that was meant, if one is near: its letters in another order, or one letter in three may differ, one
 * of a short word.
 */
export function nearestWord({ word, known }: MisspelledWord): string | undefined {
  // "-x" is equally near to every other letter.
  if (word.length <= 2 || !known.length) return undefined;
  const mixedUp = known.find((other) => sorted(other) === sorted(word));
  if (mixedUp) return mixedUp;
  const nearest = closestString(word, [...known])!;
  // The dashes of an option are nobody's mistake.
  const { length } = nearest.replace(/^-+/, "");
  return levenshteinDistance(word, nearest) <= Math.max(1, length / 3) ? nearest : undefined;
}

const sorted = (word: string) => [...word].sort().join("");
