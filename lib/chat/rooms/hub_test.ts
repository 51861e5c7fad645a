import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { pure } from "../../../tests/support/pure.ts";
import { PinwireError } from "../../errors.ts";
import type { Event } from "../../app/mod.ts";
import type { HistoryEntry } from "../protocol.ts";
import { World } from "./_hub_testing.ts";

const codeOf = (act: () => unknown) => assertThrows(act, PinwireError).code;

pure("Hub.add gives each guest a name that nobody has, in the lobby, and tells nobody yet", () => {
  using on = new World();
  const amy = on.join("guest2");
  amy.news();
  const [first, second] = [on.arrive(), on.arrive()];
  assertEquals([first.nick, second.nick, first.room], ["guest3", "guest4", on.hub.rooms.lobby]);
  assertEquals(amy.news(), []);
});

pure("Hub.say tells all the others in the room, and remembers the line with its number and time", () => {
  using on = new World();
  const [amy, bob] = [on.join("amy"), on.join("bob")];
  const cat = on.join("cat");
  on.hub.move(cat, "dev");
  on.hub.rooms.lobby.notice("");
  for (const one of [amy, bob, cat]) one.news();
  on.hub.say(amy, "hello");
  on.hub.say(amy, "waves", true);
  assertEquals([amy.news(), bob.news(), cat.news()], [[], ["amy: hello", "** amy waves"], []]);
  assertEquals(on.said.map(({ room, nick, text, isAction, line }) => [room, nick, text, isAction, line]), [
    ["lobby", "amy", "hello", false, 1],
    ["lobby", "amy", "waves", true, 2],
  ]);
  assertEquals(on.hub.rooms.lobby.history, on.said);
  assert(on.said.every(({ log, time }) => log === on.hub.rooms.lobby.log && time === on.clock.wall()));
});

pure("Hub tells no member that it has come itself, not even in a notice with others", () => {
  using on = new World();
  const amy = on.join("amy");
  const [bob, cat] = [on.arrive(), on.arrive()];
  for (const [member, nick] of [[bob, "bob"], [cat, "cat"]] as const) {
    on.hub.rename(member, nick);
    on.hub.announce(member);
  }
  on.hub.rooms.lobby.notice("now");
  assertEquals(amy.news().slice(-2), ["* bob and cat have joined", "* now"]);
  for (const one of [bob, cat]) {
    assertEquals(one.news().filter((line) => line.includes(one.nick)), [], one.nick);
  }
});

pure("Hub.say announces a member before its first words", () => {
  using on = new World();
  const amy = on.join("amy");
  amy.news();
  const guest = on.arrive();
  on.hub.say(guest, "hi");
  assertEquals(amy.news(), [`* ${guest.nick} has joined`, `${guest.nick}: hi`]);
});

pure("Hub.rename takes a name that is free, and tells the room", () => {
  using on = new World();
  const [amy, bob] = [on.join("amy"), on.join("bob")];
  amy.news();
  on.hub.rename(bob, "Bobby");
  assertEquals(amy.news(), ["* bob is now Bobby"]);
  assertEquals(on.hub.find("bOBBY"), bob);
  assertEquals(codeOf(() => on.hub.find("bob")), "unknown_nick");
  // One's own name in another case is no other's.
  on.hub.rename(bob, "bobby");
  assertEquals([on.hub.find("Bobby"), amy.news()], [bob, ["* Bobby is now bobby"]]);
});

pure("Hub.rename refuses a name that is taken, and reserved ones, and renames no console", () => {
  using on = new World();
  const [amy, bob] = [on.join("amy"), on.join("bob")];
  for (const nick of ["amy", "AMY", "ａｍｙ", "server", "Server", "you"]) {
    assertEquals(codeOf(() => on.hub.rename(bob, nick)), "nick_taken", nick);
  }
  assertEquals([bob.nick, on.hub.find("bob"), on.hub.find("amy")], ["bob", bob, amy]);
  const console = on.open();
  assertEquals(codeOf(() => on.hub.rename(console, "root")), "bad_command");
});

pure("Hub.move tells both rooms, and the member that it has arrived", () => {
  using on = new World();
  const [amy, bob, cat] = [on.join("amy"), on.join("bob"), on.join("cat")];
  on.hub.move(bob, "dev");
  for (const one of [amy, bob]) one.news();
  on.hub.move(cat, "DEV");
  assertEquals([cat.room, cat.room.name, cat.arrivals], [bob.room, "dev", 1]);
  on.hub.rooms.lobby.notice("now");
  bob.room.notice("now");
  assertEquals(amy.news().slice(-2), ["* bob and cat have left", "* now"]);
  assertEquals(bob.news().filter((line) => line.includes("cat")), ["* cat has joined"]);
  cat.news();
  on.hub.move(cat, "dev");
  // A member that is there already is told where it is.
  assertEquals(cat.news(), ["* you are cat, in dev with bob"]);
  assertEquals([cat.arrivals, on.hub.rooms.used().map(({ name }) => name)], [1, ["lobby", "dev"]]);
});

pure("Hub.move makes up to 100 rooms, empty ones give way, and the lobby never does", () => {
  using on = new World();
  const members = Array.from({ length: 99 }, () => on.join());
  members.forEach((member, i) => on.hub.move(member, `room${i}`));
  const amy = on.join("amy");
  const error = assertThrows(() => on.hub.move(amy, "more"), PinwireError);
  assertEquals([error.code, amy.room], ["too_many_rooms", on.hub.rooms.lobby]);
  on.hub.move(amy, "room5");
  assertEquals(codeOf(() => on.hub.move(amy, "more")), "too_many_rooms");
  on.hub.remove(members[7]);
  on.hub.move(amy, "more");
  assertEquals([amy.room.name, on.hub.rooms.lobby.name], ["more", "lobby"]);
});

pure("Hub.whisper tells one member alone, and confirms it to the one who whispers", () => {
  using on = new World();
  const [amy, bob, cat] = [on.join("amy"), on.join("bob"), on.join("cat")];
  on.hub.move(bob, "dev");
  on.hub.rooms.lobby.notice("");
  for (const one of [amy, bob, cat]) one.news();
  on.hub.whisper(amy, "BOB", "psst");
  assertEquals([amy.news(), bob.news(), cat.news()], [["* to bob: psst"], ["* [private] amy: psst"], []]);
  assertEquals([on.said, codeOf(() => on.hub.whisper(amy, "dan", "x"))], [[], "unknown_nick"]);
});

pure("Hub.remove frees a member's name and tells once that it has left", () => {
  using on = new World();
  const [amy, bob] = [on.join("amy"), on.join("bob")];
  amy.news();
  on.hub.remove(bob);
  on.hub.remove(bob);
  on.hub.rooms.lobby.notice("now");
  assertEquals(amy.news().filter((line) => line.includes("bob")), ["* bob has left"]);
  on.hub.rename(amy, "bob");
  // A member that has gone takes nobody's name away.
  on.hub.remove(bob);
  assertEquals([on.hub.find("bob"), [...on.hub.nicks()]], [amy, ["bob"]]);
});

pure("Hub.remove tells nobody about a member that was never announced", () => {
  using on = new World();
  const amy = on.join("amy");
  amy.news();
  const guest = on.arrive();
  on.hub.remove(guest);
  on.hub.rooms.lobby.notice("now");
  assertEquals(amy.news(), ["* now"]);
});

pure("Hub.kick throws a member out and says why, to all and to itself, but not the console", () => {
  using on = new World();
  const [amy, bob, cat] = [on.join("amy"), on.join("bob"), on.join("cat")];
  on.hub.rooms.lobby.notice("");
  amy.news();
  on.hub.kick("bob", "too loud");
  on.hub.kick("cat", "");
  assertEquals(amy.news(), ["* bob was kicked: too loud", "* cat was kicked"]);
  assertEquals([bob.ended, cat.ended, on.hub.rooms.lobby.members.size], ["kicked: too loud", "kicked", 1]);
  on.open();
  assertEquals(codeOf(() => on.hub.kick("server", "")), "bad_command");
  assertEquals(codeOf(() => on.hub.kick("nobody", "")), "unknown_nick");
});

pure("Hub.takeOver gives a session's name and room to the new connection, without a notice", () => {
  using on = new World();
  const [amy, bob] = [on.join("amy"), on.join("bob")];
  on.hub.move(amy, "dev");
  on.hub.move(bob, "dev");
  const session = on.hub.openSession(bob);
  amy.room.notice("");
  amy.news();
  const again = on.arrive();
  const resume = { session, log: amy.room.log, line: 0 };
  assertEquals(on.hub.takeOver(resume, again), true);
  assertEquals([again.nick, again.room, again.isAnnounced], ["bob", amy.room, true]);
  assertMatch(bob.ended!, /taken up/);
  amy.room.notice("now");
  assertEquals([amy.news(), on.hub.find("bob"), on.hub.rooms.lobby.members.size], [["* now"], again, 0]);
  // A session is taken up once, and nobody has a made-up one.
  const thief = on.arrive();
  assertEquals(on.hub.takeOver(resume, thief), false);
  assertEquals(on.hub.takeOver({ ...resume, session: "" }, thief), false);
});

pure("Hub.restore puts lines back into their rooms, as many as are remembered", () => {
  using on = new World(2);
  const entry = (room: string, line: number): HistoryEntry => ({
    time: line,
    room,
    nick: "amy",
    text: `${line}`,
    isAction: false,
    log: "before",
    line,
  });
  on.hub.rooms.restore([
    entry("lobby", 1),
    entry("Dev", 2),
    entry("lobby", 3),
    entry("dev", 4),
    entry("lobby", 5),
  ]);
  assertEquals(on.hub.rooms.remembered().map(({ line }) => line), [2, 3, 4, 5]);
  assertEquals([on.hub.rooms.used(), on.hub.rooms.lobby.line], [[], 0]);
  on.hub.rooms.restore(Array.from({ length: 200 }, (_, i) => entry(`r${i}`, 100 + i)));
  const rooms = new Set(on.hub.rooms.remembered().map(({ room }) => room.toLowerCase()));
  assertEquals(rooms.size, 100);
});

pure("Room reports its notices, each with its room", () => {
  using on = new World();
  on.hub.move(on.join("amy"), "dev");
  assertEquals(
    on.events.filter((event) => event.event === "notice" && event.text === "amy has joined"),
    [
      { event: "notice", text: "amy has joined", room: "lobby" },
      { event: "notice", text: "amy has joined", room: "dev" },
    ] as Event[],
  );
});
