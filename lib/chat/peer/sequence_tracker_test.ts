import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pure } from "../../../tests/support/pure.ts";
import { numberedDatagram, parseDatagram, SequenceTracker } from "./sequence_tracker.ts";

/** What becomes of numbers that come in this order: `3`, `3 lost 1`, `3 late`, `3 double`. */
function passages(numbers: number[], sequence = new SequenceTracker(), run = "a3f9"): string[] {
  return numbers.map((number) => {
    const { lost, isLate, isDouble } = sequence.note(run, number);
    return `${number}${lost ? ` lost ${lost}` : ""}${isLate ? " late" : ""}${isDouble ? " double" : ""}`;
  });
}

pure(
  "SequenceTracker.note counts what is missing before a number, but not before the first one that is heard",
  () => {
    assertEquals(passages([7, 8, 11, 12]), ["7", "8", "11 lost 2", "12"]);
  },
);

pure("SequenceTracker.note tells a number that is late from one that comes twice", () => {
  assertEquals(passages([1, 4, 2, 2, 4, 3, 5]), [
    "1",
    "4 lost 2",
    "2 late",
    "2 double",
    "4 double",
    "3 late",
    "5",
  ]);
});

pure("SequenceTracker.note begins anew with a new run, whose numbers it has not seen", () => {
  const sequence = new SequenceTracker();
  assertEquals(passages([1, 2, 5], sequence), ["1", "2", "5 lost 2"]);
  assertEquals(passages([1, 2], sequence, "0b0b"), ["1", "2"]);
});

pure(
  "SequenceTracker.note goes on with a run when a forged one, or a late one of before, comes between",
  () => {
    const sequence = new SequenceTracker();
    assertEquals(passages([1, 2], sequence), ["1", "2"]);
    assertEquals(passages([900], sequence, "f0f0"), ["900"]);
    assertEquals(passages([3, 2, 6], sequence), ["3", "2 double", "6 lost 2"]);
    assertEquals(passages([901, 903], sequence, "f0f0"), ["901", "903 lost 1"]);
  },
);

pure("SequenceTracker.note follows four runs, and forgets the one that was silent the longest", () => {
  const sequence = new SequenceTracker();
  const runs = ["aaaa", "bbbb", "cccc", "dddd"];
  for (const run of runs) passages([1], sequence, run);
  assertEquals(passages([3], sequence, "aaaa"), ["3 lost 1"]);
  passages([1], sequence, "eeee");
  // This one it hears for the first time again.
  assertEquals(passages([3], sequence, "bbbb"), ["3"]);
  assertEquals(passages([5], sequence, "aaaa"), ["5 lost 1"]);
});

pure("SequenceTracker.note remembers about a thousand numbers, and takes an older one for late", () => {
  const sequence = new SequenceTracker();
  passages(Array.from({ length: 3_000 }, (_, i) => i + 1), sequence);
  assertEquals(passages([2_500, 3_000, 5], sequence), ["2500 double", "3000 double", "5 late"]);
});

pure(
  "SequenceTracker.note finds each number lost, late or doubled that was, in whatever order they come",
  () => {
    const anyNumbers = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 });
    fc.assert(fc.property(anyNumbers, (numbers) => {
      let highest = numbers[0] - 1;
      const seen = new Set<number>();
      const expected = numbers.map((number) => {
        const lost = Math.max(0, number - highest - 1);
        const isDouble = seen.has(number);
        const isLate = !isDouble && number <= highest;
        highest = Math.max(highest, number);
        seen.add(number);
        return `${number}${lost ? ` lost ${lost}` : ""}${isLate ? " late" : ""}${isDouble ? " double" : ""}`;
      });
      assertEquals(passages(numbers), expected);
    }));
  },
);

pure("parseDatagram reads what numberedDatagram makes, whatever the text", () => {
  fc.assert(fc.property(fc.string(), fc.integer({ min: 1, max: 2 ** 40 }), (text, number) => {
    assertEquals(parseDatagram(numberedDatagram("a3f9", number, text)), { run: "a3f9", number, text });
  }));
});

pure("parseDatagram takes nothing else for numbered", () => {
  for (const text of ["", "#", "#a3f9.1", "#a3f.1 x", "#A3F9.1 x", " #a3f9.1 x", "#a3f9.-1 x", "#a3f9. x"]) {
    assertEquals(parseDatagram(text), undefined, text);
  }
  assertEquals(parseDatagram(`#a3f9.${"9".repeat(16)} x`), undefined);
});
