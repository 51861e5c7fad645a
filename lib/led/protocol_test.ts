import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PinwireError } from "../errors.ts";
import {
  type Hello,
  isLinkTalk,
  isName,
  type Message,
  nameOfHost,
  parseHz,
  parseMessage,
  parseName,
  parseWords,
  printCommand,
  printMessage,
  type Word,
} from "./protocol.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

const anyHz = fc.integer({ min: 1, max: 500_000 }).map((n) => n / 10_000).filter((hz) => hz >= 0.01);
const anyWord: fc.Arbitrary<Word> = fc.oneof(
  fc.constantFrom<Word>({ do: "on" }, { do: "off" }, { do: "toggle" }, { do: "state?" }),
  anyHz.map((hz): Word => ({ do: "blink", hz })),
);
const anySpace = fc.constantFrom("", " ", "\n", "\r\n", "\t", "  \n");

/** Words as they may arrive, each behind some space or glued to the one before. */
const anyPhrase = fc.array(fc.tuple(anySpace, anyWord), { minLength: 1, maxLength: 12 }).map((parts) => ({
  text: parts.map(([space, word]) => space + printCommand(word)).join(""),
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
  assertEquals(parseWords("blink 2off"), [{ do: "blink", hz: 2 }, off]);
  assertEquals(parseWords("blink 0.5blink\t50"), [{ do: "blink", hz: 0.5 }, { do: "blink", hz: 50 }]);
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
  const letters = new Set("onftglesa?blink0123456789.");
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

pure("printCommand prints what parseWords reads", () => {
  fc.assert(fc.property(anyWord, (word) => assertEquals(parseWords(printCommand(word)), [word])));
});

pure("parseHz takes 0.01 to 50", () => {
  for (const [text, hz] of [["1", 1], ["0.01", 0.01], ["50", 50], ["2.5", 2.5]] as const) {
    assertEquals(parseHz(text), hz);
  }
  for (const text of ["", "0", "0.001", "50.01", "51", "-1", "1e1", "two", " 2", "2\n", "Infinity"]) {
    const error = assertThrows(() => parseHz(text), PinwireError);
    assertEquals([error.code, error.exitCode], ["usage", 2], text);
  }
});

pure("isName takes 1 to 32 letters, digits, dots and dashes, and neither a number nor all", () => {
  for (const name of ["lamp", "a", "Pi-3.local", "_", "3a", "all.", "ALL", "x".repeat(32), "1.5"]) {
    assertEquals([isName(name), parseName(name)], [true, name]);
  }
  for (
    const name of ["", "3", "007", "all", "a b", "a\n", "lamp:1", "你", "a/b", "\x1b[2J", "x".repeat(33)]
  ) {
    assertEquals(isName(name), false, JSON.stringify(name));
    const { code, hint } = assertThrows(() => parseName(name), PinwireError);
    assertEquals([code, hint], [
      "usage",
      "use up to 32 letters of ASCII, digits, _ . and -, not digits alone and not all",
    ]);
  }
});

pure("nameOfHost makes a name of any host's name", () => {
  assertEquals(nameOfHost("raspberrypi"), "raspberrypi");
  assertEquals(nameOfHost("my pi"), "my-pi");
  assertEquals(nameOfHost("42"), "pi-42");
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (host) => isName(nameOfHost(host))));
});

/** A hello with every field that may be missing spelt out, as parsing gives it. */
const hello = (fields: Partial<Hello> = {}): Hello => ({
  role: "agent",
  name: undefined,
  pin: undefined,
  chip: undefined,
  version: 1,
  nonce: undefined,
  ...fields,
});

const NONCE = "A".repeat(43);
const optional = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined });
const anyLabel = fc.stringMatching(/^[ -~]{1,64}$/);
const oneLine = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\n"));

const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  fc.constantFrom<Message>({ say: "ping" }, { say: "pong" }, { say: "ok" }),
  fc.boolean().map((on): Message => ({ say: "state", on })),
  fc.stringMatching(/^[\w-]{43}$/).map((proof): Message => ({ say: "proof", proof })),
  oneLine.map((why): Message => ({ say: "refused", why })),
  fc.record({
    role: fc.constantFrom("agent", "control", "controller"),
    name: optional(fc.string({ maxLength: 200 })),
    pin: optional(anyLabel),
    chip: optional(anyLabel),
    version: fc.nat(),
    nonce: optional(fc.constant(NONCE)),
  }).map((fields): Message => ({ say: "hello", hello: hello(fields as Hello) })),
  fc.record({ message: fc.string(), hint: optional(fc.string({ maxLength: 200 })) })
    .map((fields): Message => ({ say: "error", ...fields })),
  fc.record({
    index: fc.nat(),
    name: optional(fc.string({ maxLength: 200 })),
    peer: optional(fc.string({ maxLength: 200 })),
    pin: optional(anyLabel),
    chip: optional(anyLabel),
    plain: fc.boolean(),
    on: optional(fc.boolean()),
    desired: optional(fc.string({ maxLength: 200 })),
    away: optional(fc.constant("1970-01-01T00:00:05.000Z")),
  }).map((device): Message => ({ say: "device", device })),
);

pure("parseMessage reads what printMessage prints, in one line", () => {
  fc.assert(fc.property(anyMessage, (message) => {
    const line = printMessage(message);
    assertEquals(line.includes("\n"), false);
    assertEquals(parseMessage(line), message);
  }));
});

pure("parseMessage gives nothing for what is malformed", () => {
  for (
    const line of [
      "",
      "hello",
      "hello ",
      "hello {",
      "hello []",
      "hello null",
      'hello "x"',
      "hello 1",
      'HELLO {"name":"x"}',
      ' hello {"name":"x"}',
      'hello\t{"name":"x"}',
      'hello {"role":"king"}',
      'hello {"role":1}',
      'hello {"role":null}',
      "state",
      "state ",
      "state ON",
      "state on ",
      "state onoff",
      "ping x",
      "ok x",
      "proof",
      `proof ${"A".repeat(42)}`,
      `proof ${"A".repeat(44)}`,
      `proof ${"A".repeat(42)}=`,
      "error x",
      'error {"message":1}',
      'device {"index":"1"}',
      "device {}",
      "toggle",
      "on",
      "state on\nstate off",
    ]
  ) assertEquals(parseMessage(line), undefined, JSON.stringify(line));
});

pure("parseMessage takes a hello that says nothing, and minds no field that it doesn't know", () => {
  assertEquals(parseMessage("hello {}"), { say: "hello", hello: hello() });
  assertEquals(parseMessage('hello {"colour":["red"],"name":"x"}'), {
    say: "hello",
    hello: hello({ name: "x" }),
  });
});

/** What a hello of these fields comes to. */
function read(fields: Record<string, unknown>): Hello {
  const message = parseMessage(`hello ${JSON.stringify(fields)}`);
  assertEquals(message?.say, "hello");
  return (message as { hello: Hello }).hello;
}

pure("parseMessage drops the fields of a hello that have a wrong type, and takes a number for a pin", () => {
  for (const wrong of [1, true, null, {}, ["x"]]) {
    assertEquals(read({ name: wrong, chip: wrong, nonce: wrong }), hello());
  }
  assertEquals(read({ pin: {} }), hello());
  assertEquals(read({ pin: 11 }), hello({ pin: "11" }));
  // A version that isn't a number is none that anybody speaks.
  for (const version of ["1", null, {}]) assertEquals(read({ version }).version, NaN);
});

pure(
  "parseMessage drops the fields of a device that have a wrong type, and takes none without a number",
  () => {
    const index = 3;
    const bare = { index, name: undefined, peer: undefined, pin: undefined, chip: undefined, plain: false };
    const device = { ...bare, on: undefined, desired: undefined, away: undefined };
    for (const wrong of [1, null, {}, ["x"]]) {
      const fields = { name: wrong, peer: wrong, pin: wrong, chip: wrong, plain: wrong, on: wrong };
      const line = `device ${JSON.stringify({ index, ...fields, desired: wrong, away: wrong })}`;
      assertEquals(parseMessage(line), { say: "device", device }, line);
    }
    assertEquals(parseMessage('device {"index":3,"away":"yesterday"}'), { say: "device", device });
    for (const index of ['"3"', "0.5", "1e300", "null"]) {
      assertEquals(parseMessage(`device {"index":${index}}`), undefined, index);
    }
  },
);

pure("parseMessage drops a pin or chip that would write to a terminal, and what is huge", () => {
  for (const text of ["\x1b[2J", "11\u0007", "a\u202eb", "a\u200bb", "", "x".repeat(65)]) {
    assertEquals(read({ pin: text, chip: text }), hello(), JSON.stringify(text));
  }
  assertEquals(read({ name: "x".repeat(201) }), hello());
  assertEquals(read({ nonce: "x".repeat(87) }), hello());
  assertEquals(read({ nonce: "x".repeat(21) }), hello());
  const longest = { pin: "x".repeat(64), name: "x".repeat(200) };
  assertEquals(read(longest), hello(longest));
});

pure("parseMessage takes no key of a hello for more than a key", () => {
  const message = parseMessage('hello {"__proto__":{"role":"control"},"constructor":1}');
  assertEquals(message, { say: "hello", hello: hello() });
});

pure("isLinkTalk knows what opens a link or keeps it up, and nothing that only looks like it", () => {
  const proof = `proof ${"A".repeat(43)}`;
  for (const line of ["hello {}", "ping", "pong", proof, "refused", "refused a token is needed"]) {
    assertEquals(isLinkTalk(line), true, line);
  }
  const others = ["hello", "hello all", "ping 1", "pinging", "proof", "refusedly", " ping", "on\nping"];
  for (const line of [...others, "state on", "ok", "on", "status", 'error {"message":"x"}', ""]) {
    assertEquals(isLinkTalk(line), false, line);
  }
});
