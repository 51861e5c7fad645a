/** What an echo server puts into an answer itself. */
export type MadeField = "time" | "peer" | "n";

/** From the places in `bytes` where something may begin, in order, the places where it may then end, in order. */
type Step = (bytes: Uint8Array, starts: readonly number[]) => number[];

/**
 * Forms are drawn: `A`, `a` and `0` are any capital, small letter and digit, `_` is a digit or a space, `#` are
 * digits and `*` is what stands in an IPv6 address; the rest is itself.
 */
const FORMS: Record<MadeField, readonly string[]> = {
  time: ["Aaa Aaa _0 00:00:00 0000"],
  peer: ["#.#.#.#:#", "[*]:#"],
  n: ["#"],
};

const DIGITS = "0123456789";
const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const SMALL = CAPITALS.toLowerCase();
const CLASSES: Record<string, string> = { A: CAPITALS, a: SMALL, "0": DIGITS, _: ` ${DIGITS}` };
const RUNS: Record<string, string> = { "#": DIGITS, "*": `:.%_-${DIGITS}${CAPITALS}${SMALL}` };
/** Characters of the longest run: a number has 16, an IPv6 address with its zone 62. */
const LONGEST_RUN = 64;

/**
 * What all answers of a template look like. A datagram is looked at once, from its beginning, with every place in mind
 * where the next part may begin: so what that costs depends on the template alone, whatever came.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * const form = new AnswerForm([bytes("no "), "n"], bytes);
 * assertEquals([form.fits(bytes("no 12")), form.fits(bytes("no 12!"))], [true, false]);
 * ```
 */
export class AnswerForm {
  #whole: Step;

  /**
   * @param parts the template: bytes as they are, and what is made anew for each answer
   * @param encode puts what is made into bytes, each character by itself
   */
  constructor(parts: readonly (Uint8Array | MadeField)[], encode: (text: string) => Uint8Array) {
    const steps = parts.map((part) => {
      if (typeof part !== "string") return literal(part);
      const forms = FORMS[part].map((form) => sequence([...form].map((sign) => stepOf(sign, encode))));
      return forms.length === 1 ? forms[0] : either(forms);
    });
    this.#whole = sequence(steps);
  }

  /** Whether `bytes` may be such an answer. */
  fits(bytes: Uint8Array): boolean {
    return this.#whole(bytes, [0]).includes(bytes.length);
  }

  /** Whether `bytes` begins with what may be such an answer. */
  begins(bytes: Uint8Array): boolean {
    return this.#whole(bytes, [0]).length > 0;
  }
}

function stepOf(sign: string, encode: (text: string) => Uint8Array): Step {
  const encoded = (characters: string) => [...characters].map(encode);
  return RUNS[sign] ? run(encoded(RUNS[sign])) : oneOf(encoded(CLASSES[sign] ?? sign));
}

function sequence(steps: readonly Step[]): Step {
  return (bytes, starts) => {
    let places = [...starts];
    for (const step of steps) {
      if (!places.length) break;
      places = step(bytes, places);
    }
    return places;
  };
}

const either = (steps: readonly Step[]): Step => (bytes, starts) =>
  [...new Set(steps.flatMap((step) => step(bytes, starts)))].sort((a, b) => a - b);

const literal = (part: Uint8Array): Step => (bytes, starts) =>
  starts.filter((at) => part.every((byte, i) => bytes[at + i] === byte)).map((at) => at + part.length);

function oneOf(characters: readonly Uint8Array[]): Step {
  const { width, standsAt } = characterClass(characters);
  return (bytes, starts) => starts.filter((at) => standsAt(bytes, at)).map((at) => at + width);
}

/** One or more of these characters: all places of a run can follow from its first one, so none is looked at twice. */
function run(characters: readonly Uint8Array[]): Step {
  const { width, standsAt } = characterClass(characters);
  return (bytes, starts) => {
    const ends: number[] = [];
    let at = 0;
    for (const start of starts) {
      at = Math.max(start, at);
      while (at - start < LONGEST_RUN * width && standsAt(bytes, at)) ends.push(at += width);
    }
    return ends;
  };
}

/** Characters that are all of one width, in bytes; each is kept as the number that its bytes are. */
function characterClass(characters: readonly Uint8Array[]) {
  const [{ length: width }] = characters;
  const numberAt = (bytes: Uint8Array, at: number) => {
    let number = bytes[at];
    for (let i = 1; i < width; i++) number = number * 256 + bytes[at + i];
    return number;
  };
  const numbers = new Set(characters.map((character) => numberAt(character, 0)));
  return { width, standsAt: (bytes: Uint8Array, at: number) => numbers.has(numberAt(bytes, at)) };
}
