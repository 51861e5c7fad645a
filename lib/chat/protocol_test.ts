import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pure } from "../../tests/support/pure.ts";
import { PinwireError } from "../errors.ts";
import {
  arrivalsIn,
  entryLine,
  type HistoryEntry,
  parseName,
  parsePrivate,
  parseRelayed,
  privateLine,
} from "./protocol.ts";

/** The code of what `act` throws. */
const codeOf = (act: () => unknown) => assertThrows(act, PinwireError).code;

/** A day behind a leap day, so that a year before is another day. */
const NOW = new Date(2028, 2, 1, 12).getTime();

const entryOf = (entry: Partial<HistoryEntry>): HistoryEntry => ({
  time: 0,
  room: "lobby",
  nick: "amy",
  text: "hi",
  isAction: false,
  log: "l",
  line: 1,
  ...entry,
});

pure("entryLine relays what was said as parseRelayed reads it, with its time or without", () => {
  const anyName = fc.stringMatching(/^[a-z小][a-z0-9_.-]{0,8}$/);
  fc.assert(
    fc.property(anyName, fc.string(), fc.boolean(), fc.boolean(), (nick, text, isAction, hasTime) => {
      assertEquals(parseRelayed(entryLine(entryOf({ nick, text, isAction }), hasTime ? NOW : undefined)), {
        nick,
        text,
        isAction,
      });
    }),
  );
});

/** Today, at nine, or some days before. */
function timeOf(daysAgo: number): Date {
  const date = new Date(NOW);
  date.setDate(date.getDate() - daysAgo);
  date.setHours(9, 5, 7);
  return date;
}

pure("entryLine begins with the local time if it is asked to", () => {
  const time = timeOf(0).getTime();
  assertEquals(entryLine(entryOf({ time }), NOW), "[09:05:07] amy: hi");
  assertEquals(entryLine(entryOf({ time, isAction: true }), NOW), "[09:05:07] ** amy hi");
  assertEquals(entryLine(entryOf({ isAction: true })), "** amy hi");
});

pure("entryLine of another day has its date too, also of this day in another year", () => {
  for (const daysAgo of [1, 40, 365, 366]) {
    const date = timeOf(daysAgo);
    const two = (number: number) => String(number).padStart(2, "0");
    const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    const line = entryLine(entryOf({ time: date.getTime() }), NOW);
    assertEquals(line, `[${day} 09:05:07] amy: hi`);
    assertEquals(parseRelayed(line), { nick: "amy", text: "hi", isAction: false });
  }
  const time = new Date(2026, 0, 2, 23, 59, 59).getTime();
  assertEquals(entryLine(entryOf({ time, isAction: true }), NOW), "[2026-01-02 23:59:59] ** amy hi");
});

pure("parseRelayed takes nothing else for somebody's words", () => {
  for (
    const line of [
      "",
      "hello",
      "hello there: x",
      ": x",
      "amy:x",
      "*amy waves",
      "* amy waves",
      "**amy waves",
      "** amy",
      "[x] amy: x",
    ]
  ) {
    assertEquals(parseRelayed(line), undefined, line);
  }
});

pure("arrivalsIn finds whom a notice tells to be there, or no more", () => {
  assertEquals(arrivalsIn("amy has joined"), [["amy", true]]);
  assertEquals(arrivalsIn("amy and bob have left"), [["amy", false], ["bob", false]]);
  assertEquals(arrivalsIn("amy, bob and cat have joined"), [["amy", true], ["bob", true], ["cat", true]]);
  assertEquals(arrivalsIn("amy is now Eva"), [["amy", false], ["Eva", true]]);
  // Of those that are counted alone nobody knows the names.
  assertEquals(arrivalsIn("amy, bob and 7 others have left"), [["amy", false], ["bob", false]]);
  for (const notice of ["", "amy was kicked", "2 lines missed", "you missed 3 lines", "in lobby: amy"]) {
    assertEquals(arrivalsIn(notice), [], notice);
  }
});

pure("parsePrivate reads what privateLine makes, and no other notice", () => {
  assertEquals(parsePrivate(privateLine("小明", "a: b").slice(2)), { nick: "小明", text: "a: b" });
  for (const notice of ["", "[private]", "[private] amy", "amy: hi", "[private] amy bob: hi"]) {
    assertEquals(parsePrivate(notice), undefined, notice);
  }
});

pure("privateLine can't be said with /me, since no name begins so", () => {
  assertEquals(privateLine("amy", "hi"), "* [private] amy: hi");
  assertEquals(codeOf(() => parseName("[private]")), "bad_name");
});
