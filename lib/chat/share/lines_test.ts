import { assertEquals } from "@std/assert";
import { pure } from "../../app/_testing.ts";
import fc from "fast-check";
import {
  printEvent,
  printLine,
  readEntries,
  readEvent,
  readLine,
  readLog,
  readMember,
  type StoreEvent,
} from "./lines.ts";

const NOW = 1_000;
const fieldsOf = (words: string[]) => readEntries([["0-1", words]])[0][1];

pure("readLine reads what printLine has written, whatever was said", () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 200 }).filter((text) => !/[\p{C}\u2028\u2029]/u.test(text)),
      fc.boolean(),
      (text, isAction) => {
        const line = { time: 1_764_000_000_123, nick: "amy", text, isAction };
        const read = readLine(["0-7", fieldsOf(printLine("lobby", line, "pi-1f", 12))], NOW);
        assertEquals(read, { number: 7, by: "pi-1f", n: 12, line });
      },
    ),
  );
});

pure("readLine makes a line of whatever somebody else writes into a room, safe to show", () => {
  const cases: [words: string[], nick: string, text: string][] = [
    [["text", "hi"], "nobody", "hi"],
    [["nick", "ops", "text", "a\x1b[2J\nb"], "ops", "a^[[2J^Jb"],
    [["nick", "two words", "text", "x"], "nobody", "x"],
    [["nick", "ops", "time", "yesterday"], "ops", ""],
    [[], "nobody", ""],
    [["odd"], "nobody", ""],
  ];
  for (const [words, nick, text] of cases) {
    const { line } = readLine(["0-1", fieldsOf(words)], NOW);
    assertEquals([line.nick, line.text, line.time, line.isAction], [nick, text, NOW, false]);
  }
  assertEquals(readLine(["0-1", { text: "x".repeat(1_000_000) }], NOW).line.text.length, 8_192);
  for (const id of ["1-1", "0-1x", "1764000000123-0"]) {
    assertEquals(readLine([id, {}], NOW).number, undefined, id);
  }
});

pure("readEvent reads each event that printEvent writes, and nothing else", () => {
  const events: StoreEvent[] = [
    { by: "a", what: { say: "joined", nick: "amy", room: "lobby" } },
    { by: "a", what: { say: "left", nick: "amy" } },
    { by: "a", what: { say: "left", nick: "amy", why: "kicked: loud" } },
    { by: "a", what: { say: "renamed", before: "amy", nick: "bob" } },
    { by: "a", what: { say: "bye" } },
    { by: "a", to: "b", what: { say: "tell", nick: "amy", line: "* [private] bob: psst" } },
    { by: "a", to: "b", what: { say: "kick", nick: "amy", why: "" } },
    { by: "a", to: "b", what: { say: "take", nick: "amy" } },
  ];
  for (const event of events) assertEquals(readEvent(fieldsOf(printEvent(event))), event);
  for (
    const what of [
      ...["", "{", "null", "5", "[]", '{"say":"joined"}', '{"say":"joined","nick":5,"room":"lobby"}'],
      ...['{"say":"joined","nick":"a b","room":"lobby"}', '{"say":"explode","nick":"amy"}', '{"say":"tell"}'],
    ]
  ) {
    assertEquals(readEvent({ by: "a", what }), undefined, what);
  }
  assertEquals(readEvent({ what: '{"say":"bye"}' }), undefined);
});

pure("readLog and readMember read what is written, and bear anything", () => {
  assertEquals(readLog("f00 12"), { log: "f00", base: 12 });
  assertEquals(readLog("f00"), { log: "f00", base: 0 });
  assertEquals(readMember("amy lobby"), { nick: "amy", room: "lobby" });
  for (const value of ["", "amy", "amy \x07", " lobby"]) assertEquals(readMember(value), undefined, value);
});
