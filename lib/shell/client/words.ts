import { PinwireError } from "../../errors.ts";

/**
 * Splits a line into words as a shell does, but knows no more than the two kinds of quotes.
 *
 * @throws {PinwireError} `open_quote`
 */
export function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+|["']/g)].map(([word]) => word);
  if (words.some((word) => word === '"' || word === "'")) {
    throw new PinwireError("open_quote", "a quote has no end", {
      hint: "put one behind, or quote it with the other kind",
    });
  }
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}
