import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PinwireError } from "../errors.ts";
import {
  arrivalsIn,
  COMMANDS,
  entryLine,
  type HistoryEntry,
  isSpoken,
  KICK,
  parseName,
  parsePrivate,
  parseRelayed,
  parseSaid,
  privateLine,
} from "./protocol.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

/** The code of what `act` throws. */
const codeOf = (act: () => unknown) => assertThrows(act, PinwireError).code;

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

pure("parseSaid takes a line for what is said unless it begins with a slash", () => {
  for (const text of ["hello", " /nick amy", "end", "a /b", "\t.", "#12 x", "* amy waves"]) {
    assertEquals(parseSaid(text), { do: "say", text });
  }
  for (const text of ["", " ", "\t  "]) assertEquals(parseSaid(text), { do: "nothing" });
});

pure("parseSaid knows each command, in any case and with any spaces", () => {
  for (const word of ["who", "rooms", "history", "help", "quit"] as const) {
    assertEquals(parseSaid(`/${word}`), { do: word });
    assertEquals(parseSaid(`/${word.toUpperCase()}  now`), { do: word });
  }
  assertEquals(parseSaid("/nick   amy "), { do: "nick", nick: "amy" });
  assertEquals(parseSaid("/join dev"), { do: "join", room: "dev" });
  assertEquals(parseSaid("/me  waves at  bob "), { do: "me", text: "waves at  bob" });
  assertEquals(parseSaid("/msg Bob  see  you"), { do: "msg", nick: "Bob", text: "see  you" });
  assertEquals(parseSaid("/kick bob"), { do: "kick", nick: "bob", why: "" });
  assertEquals(parseSaid("/kick bob too  loud"), { do: "kick", nick: "bob", why: "too  loud" });
});

pure("parseSaid says what is missing, with the form of the command", () => {
  for (const [format] of [...COMMANDS, KICK]) {
    const [word, ...needs] = format.split(" ");
    if (!needs.length || word.startsWith("//")) continue;
    const error = assertThrows(() => parseSaid(word), PinwireError);
    assertEquals([error.code, error.hint], ["bad_command", `write ${format}`]);
  }
  assertEquals(codeOf(() => parseSaid("/msg bob")), "bad_command");
  for (const line of ["/", "/ hello", "/nothing", "/nickamy"]) {
    assertEquals(codeOf(() => parseSaid(line)), "bad_command", line);
  }
  for (const line of ["/nick amy bob", "/join #dev", "/nick -a"]) {
    assertEquals(codeOf(() => parseSaid(line)), "bad_name", line);
  }
});

pure("parseSaid takes what follows a first slash for what is said", () => {
  assertEquals(parseSaid("//x"), { do: "say", text: "/x" });
  assertEquals(parseSaid("//"), { do: "say", text: "/" });
  assertEquals(parseSaid("///etc/hosts "), { do: "say", text: "//etc/hosts " });
  assertEquals(parseSaid("//nick amy"), { do: "say", text: "/nick amy" });
});

pure("parseSaid is through at once with thousands of spaces, wherever they are", () => {
  const spaces = " ".repeat(100_000);
  assertEquals(parseSaid(`/who${spaces}`), { do: "who" });
  assertEquals(parseSaid(spaces), { do: "nothing" });
  assertEquals(parseSaid(`/me x${spaces}y`), { do: "me", text: `x${spaces}y` });
  assertEquals(parseSaid(`/msg${spaces}amy${spaces}x${spaces}`), { do: "msg", nick: "amy", text: "x" });
  for (const line of [`/nick${spaces}`, `/${spaces}x`, `/kick${spaces}`]) {
    assertEquals(codeOf(() => parseSaid(line)), "bad_command");
  }
});

pure("isSpoken tells words from commands, as parseSaid does", () => {
  for (const line of ["hi", " /who", "//x", "//", "/me waves", "/ME waves", "/me\twaves"]) {
    assertEquals(isSpoken(line), true, line);
    assert(["say", "me"].includes(parseSaid(line).do), line);
  }
  for (const line of ["", "  ", "/", "/who", "/msg amy hi", "/me", "/menu x", "/history"]) {
    assertEquals(isSpoken(line), false, line);
  }
});

pure("parseSaid reads any line, or says why not", () => {
  const anyLine = fc.tuple(
    fc.constantFrom("", "/", "/nick ", "/msg ", "/me ", "/join "),
    fc.string({ unit: "binary" }),
  );
  fc.assert(fc.property(anyLine, ([start, rest]) => {
    try {
      assert(parseSaid(start + rest).do);
    } catch (error) {
      assert(error instanceof PinwireError && ["bad_command", "bad_name"].includes(error.code));
    }
  }));
});

pure("entryLine relays what was said as parseRelayed reads it, with its time or without", () => {
  const anyName = fc.stringMatching(/^[a-z小][a-z0-9_.-]{0,8}$/);
  fc.assert(
    fc.property(anyName, fc.string(), fc.boolean(), fc.boolean(), (nick, text, isAction, withTime) => {
      assertEquals(parseRelayed(entryLine(entryOf({ nick, text, isAction }), withTime)), {
        nick,
        text,
        isAction,
      });
    }),
  );
});

/** A time of today, or of some days before. */
function timeOf(daysAgo: number): Date {
  const date = new Date();
  date.setDate(date.getDate() - daysAgo);
  date.setHours(9, 5, 7);
  return date;
}

pure("entryLine begins with the local time if it is asked to", () => {
  const time = timeOf(0).getTime();
  assertEquals(entryLine(entryOf({ time }), true), "[09:05:07] amy: hi");
  assertEquals(entryLine(entryOf({ time, isAction: true }), true), "[09:05:07] ** amy hi");
  assertEquals(entryLine(entryOf({ isAction: true }), false), "** amy hi");
});

pure("entryLine of another day has its date too, also of this day in another year", () => {
  for (const daysAgo of [1, 40, 365, 366]) {
    const date = timeOf(daysAgo);
    const two = (number: number) => String(number).padStart(2, "0");
    const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    const line = entryLine(entryOf({ time: date.getTime() }), true);
    assertEquals(line, `[${day} 09:05:07] amy: hi`);
    assertEquals(parseRelayed(line), { nick: "amy", text: "hi", isAction: false });
  }
  const time = new Date(2026, 0, 2, 23, 59, 59).getTime();
  assertEquals(entryLine(entryOf({ time, isAction: true }), true), "[2026-01-02 23:59:59] ** amy hi");
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
