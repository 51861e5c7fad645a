import { assert, assertEquals } from "@std/assert";
import { bold, dim } from "@std/fmt/colors";
import { pure } from "../../tests/support/pure.ts";
import { completeSaid, mentions, Painter, promptOf } from "./view.ts";

const SAID = [
  "amy: hi",
  "* amy has joined",
  "[10:00:00] amy: hi",
  "[10:00:00] * amy waves",
  "** amy waves",
  "[2026-11-20 10:00:00] ** amy waves",
  "hello",
];

pure("Painter leaves lines as they are without colour", () => {
  const painter = new Painter(false);
  for (const line of SAID) assertEquals(painter.line(line), line);
  assertEquals(painter.nick("amy"), "amy");
});

pure("Painter colours a nickname always the same way, and dims times and notices", () => {
  const painter = new Painter(true);
  const amy = painter.nick("amy");
  assertEquals(SAID.map((line) => painter.line(line)), [
    `${amy}: hi`,
    dim("* amy has joined"),
    `${dim("[10:00:00] ")}${amy}: hi`,
    dim("[10:00:00] ") + dim("* amy waves"),
    `** ${amy} waves`,
    `${dim("[2026-11-20 10:00:00] ")}** ${amy} waves`,
    dim("hello"),
  ]);
  assertEquals(painter.line("amy: bob: x"), `${amy}: bob: x`);
});

pure("Painter has several colours, for names of any script too", () => {
  const painter = new Painter(true);
  const names = Array.from({ length: 40 }, (_, i) => `guest${i}`);
  // With NO_COLOR the library colours nothing.
  const colours = new Set(names.map((name) => painter.nick(name).replace(name, "")));
  assertEquals(colours.size, bold("a") === "a" ? 1 : 5);
  assert(painter.nick("小明𠀀").includes("小明𠀀"));
});

pure("completeSaid goes on with commands at the beginning of a line", () => {
  assertEquals(completeSaid("/n", ["amy"]), ["/nick "]);
  assertEquals(completeSaid("/h", []), ["/history ", "/help "]);
  assertEquals(completeSaid("/k", []), []);
  assertEquals(completeSaid("/k", [], true), ["/kick "]);
  assertEquals(completeSaid("see /n", []), []);
});

pure("completeSaid goes on with nicknames anywhere, as a whole line", () => {
  const nicks = ["amy", "Anna", "bob", "小明"];
  assertEquals(completeSaid("a", nicks), ["amy: ", "Anna: "]);
  assertEquals(completeSaid("/msg AN", nicks), ["/msg Anna "]);
  assertEquals(completeSaid("hello 小", nicks), ["hello 小明 "]);
  assertEquals(completeSaid("hello ", nicks), []);
  assertEquals(completeSaid("", nicks), []);
  // What is typed is no pattern.
  assertEquals(completeSaid("a.*", nicks), []);
});

pure("mentions finds a name as a word, in any case", () => {
  for (const text of ["amy", "hi AMY!", "amy, look", "(amy)", "that was amy.", "ask amy's", "@amy"]) {
    assertEquals(mentions(text, "Amy"), true, text);
  }
  for (const text of ["", "amylase", "dreamy", "amy2", "amy_b", "a my"]) {
    assertEquals(mentions(text, "amy"), false, text);
  }
  assertEquals(mentions("ask a.b-c now", "a.b-c"), true);
});

pure("mentions finds a name of a script without spaces anywhere, and no name nowhere", () => {
  assertEquals(mentions("请问小明在吗", "小明"), true);
  assertEquals(mentions("请问小朋在吗", "小明"), false);
  assertEquals(mentions("anything"), false);
  assertEquals(mentions("", ""), false);
});

pure("mentions is through at once with a line of nothing but what may be in a name", () => {
  for (const character of ["-", ".", "a", "a-", "amy-"]) {
    const text = character.repeat(60_000);
    assertEquals(mentions(text, "bob"), false);
    assertEquals(mentions(`${text} bob`, "bob"), true);
  }
  assertEquals(mentions(`amy${"-".repeat(60_000)}`, "amy"), true);
  assertEquals(mentions(`amy${"-".repeat(60_000)}x`, "amy"), false);
});

pure("promptOf names the room that isn't the lobby", () => {
  assertEquals([promptOf("amy"), promptOf("amy", "lobby"), promptOf("amy", "dev")], [
    "amy> ",
    "amy> ",
    "amy@dev> ",
  ]);
});
