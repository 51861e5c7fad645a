/**
 * A name that people give, in its composed form (NFC), so that one name is one name however it was typed; `undefined`
 * for what can't be shown safely as one word.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(composedName("厨房", 32), "厨房");
 * assertEquals(composedName("e\u0301", 32), "\u00e9");
 * assertEquals(composedName("a b", 32), undefined);
 * ```
 *
 * @param longest how many characters it may have, in code points
 */
export function composedName(text: string, longest: number): string | undefined {
  const name = composed(text, longest);
  // A character has at most two units: what is longer need not be looked at.
  if (name.length > 2 * longest || !isName(name)) return undefined;
  return [...name].length <= longest ? name : undefined;
}

/** Code units that become one character at most. */
const MOST_COMPOSED = 8;

/**
 * A text in its composed form (NFC), if it may be so many characters long then; else as it is. To compose tens of
 * thousands of marks would take a second.
 */
export function composed(text: string, longest: number): string {
  return text.length > MOST_COMPOSED * longest ? text : text.normalize("NFC");
}

/**
 * Letters and digits of any script, `_`, `.` and `-`; a mark only behind one of them, and nothing invisible. Within a
 * function, since making the sets of such an expression takes 2 ms, which each command would pay at its start.
 */
const isName = (text: string) =>
  /^(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{N}_.-][\p{L}\p{M}\p{N}_.-]*$/u.test(text);
