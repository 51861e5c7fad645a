import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PinwireError } from "../errors.ts";
import {
  COMMANDS,
  type Entry,
  entryLine,
  KICK,
  nameKey,
  parseName,
  parseNameOption,
  parseRelayed,
  parseSaid,
  privateLine,
} from "./protocol.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

/** The code of what `act` throws. */
const codeOf = (act: () => unknown) => assertThrows(act, PinwireError).code;

const entryOf = (entry: Partial<Entry>): Entry => ({
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
  for (const [form] of [...COMMANDS, KICK]) {
    const [word, ...needs] = form.split(" ");
    if (!needs.length) continue;
    const error = assertThrows(() => parseSaid(word), PinwireError);
    assertEquals([error.code, error.hint], ["bad_command", `write ${form}`]);
  }
  assertEquals(codeOf(() => parseSaid("/msg bob")), "bad_command");
  for (const line of ["/", "/ hello", "/nothing", "//", "/nickamy"]) {
    assertEquals(codeOf(() => parseSaid(line)), "bad_command", line);
  }
  for (const line of ["/nick amy bob", "/join #dev", "/nick -a"]) {
    assertEquals(codeOf(() => parseSaid(line)), "bad_name", line);
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

pure("parseName takes 1 to 24 letters, digits, _, . and - of any script", () => {
  for (
    const name of ["a", "7", "_", "amy.b-c_d", "小明", "あきら", "김", "Ωmega", "नमस्ते", "𠀀", "x".repeat(24)]
  ) {
    assertEquals(parseName(name), name.normalize("NFC"));
  }
  const bad = [
    "",
    " ",
    "a b",
    "x".repeat(25),
    "-a",
    ".a",
    "a/b",
    "a:b",
    "#a",
    "*",
    "a\n",
    "\x1b[2J",
    "😀",
    "\u0301a",
  ];
  for (const name of bad) assertEquals(codeOf(() => parseName(name)), "bad_name", JSON.stringify(name));
  // A character beyond the first 65,536 counts as one.
  assertEquals(parseName("𠀀".repeat(24)), "𠀀".repeat(24));
});

pure("parseName takes nothing that nobody can see", () => {
  const invisible = [
    "\u200b",
    "\u200d",
    "\u2060",
    "\u00ad",
    "\ufeff",
    "\u3164",
    "\u115f",
    "\uffa0",
    "\ufe0f",
    "\u{e0061}",
  ];
  for (const character of [...invisible, "\u202e", "\u2028", "\x00", "\x7f", "\u0085"]) {
    for (const name of [character, `amy${character}`, `${character}amy`, `a${character}my`]) {
      assertEquals(codeOf(() => parseName(name)), "bad_name", JSON.stringify(name));
    }
  }
});

pure("parseName gives the composed form, so that one name is one name", () => {
  assertEquals(parseName("e\u0301va"), "\u00e9va");
  assertEquals(parseName("\u1100\u1161"), "\uac00");
  assertEquals(parseName("e\u0301".repeat(24)), "\u00e9".repeat(24));
});

pure("parseName gives only names that it takes again as they are", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 6 }), (text) => {
      let name;
      try {
        name = parseName(text);
      } catch {
        return;
      }
      assertEquals(parseName(name), name);
      assertEquals(nameKey(nameKey(name)), nameKey(name));
      assert(!/[\s:\p{Cc}]/u.test(name));
    }),
    { numRuns: 1_000 },
  );
});

pure("parseNameOption makes a usage error of a bad name", () => {
  assertEquals(parseNameOption("amy"), "amy");
  const error = assertThrows(() => parseNameOption("a b"), PinwireError);
  assertEquals([error.code, error.exitCode], ["usage", 2]);
});

pure("nameKey is the same for names that differ by case or by width", () => {
  assertEquals(nameKey("Amy"), nameKey("aMY"));
  assertEquals(nameKey("ＳＥＲＶＥＲ"), "server");
  assertEquals(nameKey("ﬁn"), "fin");
  assert(nameKey("小明") !== nameKey("小朋"));
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

pure("entryLine begins with the local time if it is asked to", () => {
  const time = new Date(2026, 10, 21, 9, 5, 7).getTime();
  assertEquals(entryLine(entryOf({ time }), true), "[09:05:07] amy: hi");
  assertEquals(entryLine(entryOf({ time, isAction: true }), true), "[09:05:07] * amy hi");
  assertEquals(entryLine(entryOf({ isAction: true }), false), "* amy hi");
});

pure("parseRelayed takes nothing else for somebody's words", () => {
  for (
    const line of ["", "hello", "hello there: x", ": x", "amy:x", "*amy waves", "* amy", "[9:00:00] amy: x"]
  ) {
    assertEquals(parseRelayed(line), undefined, line);
  }
});

pure("privateLine can't be said with /me, since no name begins so", () => {
  assertEquals(privateLine("amy", "hi"), "* [private] amy: hi");
  assertEquals(codeOf(() => parseName("[private]")), "bad_name");
});
