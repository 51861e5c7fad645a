import { closestString } from "@std/text/closest-string";
import { levenshteinDistance } from "@std/text/levenshtein-distance";
import type { MisspelledWord } from "../errors.ts";

/** The known word that was meant, if one is near: two letters may differ, or half of the letters of a long word. */
export function nearestWord({ word, known }: MisspelledWord): string | undefined {
  // "-x" is equally near to every other letter.
  if (word.length <= 2 || !known.length) return undefined;
  const nearest = closestString(word, [...known])!;
  return levenshteinDistance(word, nearest) <= Math.max(2, nearest.length / 2) ? nearest : undefined;
}
