import { assertEquals } from "@std/assert";
import {
  arrivalsIn,
  parseControl,
  parseNumbered,
  parsePrivate,
  parseRoom,
  parseSaid,
  printHello,
  spokenIn,
  visible,
} from "./lines.js";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

test("parseControl reads what a server of ours says beside the chat, and nothing else", () => {
  assertEquals(parseControl("/ping"), { say: "ping" });
  assertEquals(parseControl("/taken 12"), { say: "taken", line: 12 });
  assertEquals(parseControl("/taken"), { say: "taken", line: undefined });
  assertEquals(parseControl("/bye kicked: spam"), { say: "bye", why: "kicked: spam" });
  const welcome = { nick: "amy", room: "lobby", session: "s", log: "l", line: 3, past: 1, who: ["amy"] };
  assertEquals(parseControl(`/pinwire ${JSON.stringify(welcome)}`), { say: "welcome", welcome });
  for (const line of ["/pings", "amy: /ping", "* /bye", "#1 /taken"]) {
    assertEquals(parseControl(line), undefined);
  }
});

test("printHello is ASCII alone", () => {
  assertEquals(printHello({ nick: "小明" }), String.raw`/pinwire {"nick":"\u5c0f\u660e"}`);
});

test("parseNumbered and parseSaid read what members say", () => {
  assertEquals(parseNumbered("#12 amy: hello"), { number: 12, line: "amy: hello" });
  assertEquals(parseNumbered("amy: #12 hello"), undefined);
  const said = { nick: "amy", isAction: false, stamp: undefined };
  assertEquals(parseSaid("amy: a: b"), { ...said, text: "a: b" });
  assertEquals(parseSaid("** amy waves"), { ...said, text: "waves", isAction: true });
  assertEquals(parseSaid("[10:00:00] amy: hi"), { ...said, text: "hi", stamp: "10:00:00" });
  assertEquals(parseSaid("no nick here"), undefined);
});

test("parsePrivate, arrivalsIn and parseRoom read notices", () => {
  assertEquals(parsePrivate("[private] bob: psst: you"), { nick: "bob", text: "psst: you", isOwn: false });
  assertEquals(parsePrivate("to bob: hi"), { nick: "bob", text: "hi", isOwn: true });
  assertEquals(parsePrivate("bob has left"), undefined);
  assertEquals(arrivalsIn("cat, dan and eve have joined"), [["cat", true], ["dan", true], ["eve", true]]);
  assertEquals(arrivalsIn("cat, dan and 7 others have left"), [["cat", false], ["dan", false]]);
  assertEquals(arrivalsIn("eve is now Eva"), [["eve", false], ["Eva", true]]);
  assertEquals(arrivalsIn("bob was kicked: spam"), [["bob", false]]);
  assertEquals(parseRoom("lobby: 3 here"), { room: "lobby", count: 3 });
  assertEquals(parseRoom("in lobby: amy"), undefined);
});

test("spokenIn knows words from commands", () => {
  assertEquals(spokenIn("hi"), { text: "hi", isAction: false });
  assertEquals(spokenIn("//etc"), { text: "/etc", isAction: false });
  assertEquals(spokenIn("/ME waves"), { text: "waves", isAction: true });
  for (const line of ["/who", "/me", "/me  ", "/msg bob hi"]) assertEquals(spokenIn(line), undefined);
});

test("visible shows control characters and what turns the direction of text", () => {
  assertEquals(visible("a\x1b[31m\tb\u202e\x9b"), "a^[[31m\tb<U+202E><U+009B>");
});
