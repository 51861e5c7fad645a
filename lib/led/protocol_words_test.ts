import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pure } from "../app/_testing.ts";
import { endsInsideWord, parseWords, printWord, type Word } from "./protocol.ts";
import { VERB_WORDS, VERBS } from "./verbs.ts";

const anyWord: fc.Arbitrary<Word> = fc.oneof(
  fc.constant<Word>({ do: "state?" }),
  ...VERB_WORDS.map((word): fc.Arbitrary<Word> => {
    const { amount } = VERBS[word];
    if (!amount) return fc.constant({ do: word });
    const { least, most } = amount;
    return fc.integer({ min: least * 10_000, max: most * 10_000 }).map((n) => ({
      do: word,
      amount: n / 10_000,
    }));
  }),
);
const anySpace = fc.constantFrom("", " ", "\n", "\r\n", "\t", "  \n");

/** Words as they may arrive, each after some space or glued to the one before. */
const anyPhrase = fc.array(fc.tuple(anySpace, anyWord), { minLength: 1, maxLength: 12 }).map((parts) => ({
  text: parts.map(([space, word]) => space + printWord(word)).join(""),
  words: parts.map(([, word]) => word),
}));

pure("parseWords reads words that are separated, glued or both", () => {
  const on: Word = { do: "on" };
  const off: Word = { do: "off" };
  assertEquals(parseWords("on"), [on]);
  assertEquals(parseWords("on\r\n"), [on]);
  assertEquals(parseWords(" on\toff "), [on, off]);
  assertEquals(parseWords("onoffon"), [on, off, on]);
  assertEquals(parseWords("onoff off\r\non"), [on, off, off, on]);
  assertEquals(parseWords("blink 2off"), [{ do: "blink", amount: 2 }, off]);
  assertEquals(parseWords("blink 0.5blink\t50"), [{ do: "blink", amount: 0.5 }, { do: "blink", amount: 50 }]);
  assertEquals(parseWords("togglestate?"), [{ do: "toggle" }, { do: "state?" }]);
});

pure("parseWords passes over whole what holds anything else", () => {
  for (
    const text of [
      "",
      " \r\n",
      "money",
      "moonlight",
      "ON",
      "On",
      "ONLY on",
      "ononx",
      "on!",
      "on,off",
      "o n",
      "onof",
      "offf",
      "turn on",
      "on\0",
      "on\u200b",
      "state",
      "blink",
      "blink2",
      "blink x",
      "blink 2x",
      "blink -1",
      "blink 1e1",
      "blink 1.",
      "blink .5",
      "blink 12345",
      "on blink 0",
      "blink 0.009 on",
      "off blink 50.1",
      "hello {}",
      'hello {"on":"on"}',
    ]
  ) assertEquals(parseWords(text), [], JSON.stringify(text));
});

pure("parseWords gives exactly the words of any phrase, whatever space is between them", () => {
  fc.assert(fc.property(anyPhrase, anySpace, ({ text, words }, end) => {
    assertEquals(parseWords(text + end), words);
  }));
});

pure("parseWords gives nothing for a phrase with one foreign character anywhere in it", () => {
  // None of these stands in any word, or between words.
  const foreign = fc.constantFrom("x", "m", "O", "-", "_", "!", "{", '"', "\0", "\x1b", "é", "你");
  fc.assert(fc.property(anyPhrase, foreign, fc.nat(), ({ text }, character, place) => {
    const at = place % (text.length + 1);
    assertEquals(parseWords(text.slice(0, at) + character + text.slice(at)), []);
  }));
});

pure("parseWords gives nothing for random text that has other letters than its words", () => {
  const letters = new Set(`${VERB_WORDS.join("")}state?0123456789.`);
  const isForeign = (text: string) => [...text].some((one) => !letters.has(one) && !/\s/.test(one));
  fc.assert(fc.property(fc.string({ unit: "grapheme" }).filter(isForeign), (text) => {
    assertEquals(parseWords(text), []);
  }));
});

pure("parseWords takes a time that grows no faster than a long message", () => {
  // A pattern that backtracks would take years for the second.
  assertEquals(parseWords("on".repeat(100_000)).length, 100_000);
  assertEquals(parseWords("on".repeat(100_000) + "x"), []);
  assertEquals(parseWords(" ".repeat(100_000) + "x"), []);
});

pure("printWord prints what parseWords reads", () => {
  fc.assert(fc.property(anyWord, (word) => assertEquals(parseWords(printWord(word)), [word])));
});

pure(
  "endsInsideWord tells at each cut through words whether what came is words, unless it is inside a number",
  () => {
    fc.assert(fc.property(anyPhrase, fc.nat(), ({ text }, cut) => {
      const came = text.slice(0, cut % text.length);
      if (/\d\.?$/.test(came)) return;
      assertEquals(endsInsideWord(came), came.trim() !== "" && parseWords(came).length === 0, came);
    }));
  },
);
