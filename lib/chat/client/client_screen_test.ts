import { assert, assertEquals } from "@std/assert";
import { World } from "./_testing.ts";

Deno.test("ChatClient shows numbered lines once, and says how many are missing", async () => {
  await using on = new World();
  const link = await on.letIn({ line: 4 });
  on.notices.length = 0;
  await link.say(
    "#5 bob: one",
    "#5 bob: one",
    "#4 bob: zero",
    "#6 ** cat waves",
    "#9 bob: two",
    "#11 bob: three",
  );
  await on.until(() => on.messages.length === 4);
  assertEquals(on.texts, ["bob: one", "** cat waves", "bob: two", "bob: three"]);
  assertEquals(on.messages[1], {
    ...on.messages[1],
    nick: "cat",
    room: "lobby",
    text: "/me waves",
  });
  assertEquals(on.notices, ["2 lines missed", "1 line missed"]);
  assertEquals([...on.client.names].toSorted(), ["amy", "bob", "cat"]);
});

Deno.test("ChatClient counts its own lines by their receipts, and answers pings", async () => {
  await using on = new World();
  const link = await on.letIn();
  on.notices.length = 0;
  await on.client.say("hi");
  assertEquals(await link.line(), "hi");
  await link.say("/taken 1", "/ping", "#2 bob: hi");
  assertEquals(await link.line(), "/pong");
  await on.until(() => on.messages.length === 1);
});

Deno.test("ChatClient gives no screen a name that could move its cursor", async () => {
  await using on = new World();
  await on.letIn({ nick: "a\x1b[2J", room: "b\x1b[2J", who: ["bob\x1b]0;x\x07", "cat"] });
  for (const name of [...on.places.flat(), ...on.client.names]) {
    assert(!/\p{Cc}/u.test(name), JSON.stringify(name));
  }
});

Deno.test("ChatClient knows what was said before it came, also in another room, from what is new", async () => {
  await using on = new World();
  const link = await on.letIn({ line: 3, past: 2 });
  await link.say("bob: before the restart", "#2 bob: two", "#3 bob: three", "#4 bob: four");
  await link.welcome({ room: "dev", log: "d", line: 9, past: 1 });
  await link.say("#9 bob: nine", "#10 bob: ten");
  await on.until(() => on.messages.length === 6);
  const told = on.messages.map(({ text, isPast }) => [text, isPast]);
  assertEquals(told.slice(1, 4), [["two", true], ["three", true], ["four", false]]);
  assertEquals(told.slice(4), [["nine", true], ["ten", false]]);
  assertEquals(told[0], ["before the restart", true]);
});

Deno.test("ChatClient that has come back takes what it missed for new, and another room's past for past", async () => {
  await using on = new World();
  (await on.letIn({ line: 3 })).close();
  const link = await on.letIn({ line: 4, past: 1 });
  await link.say("#4 bob: missed");
  await link.welcome({ room: "dev", log: "d", line: 9, past: 1 });
  await link.say("#9 bob: nine", "#10 bob: ten");
  await on.until(() => on.messages.length === 3);
  assertEquals(on.messages.map(({ text, isPast }) => [text, isPast]), [
    ["missed", false],
    ["nine", true],
    ["ten", false],
  ]);
});

Deno.test("ChatClient shows private words as a message to it alone, and no notice as one", async () => {
  await using on = new World();
  const link = await on.letIn();
  on.notices.length = 0;
  await link.say("* [private] bob: psst: you", "* bob has left", "#1 ** [private] bob: psst");
  await on.until(() => on.messages.length === 2);
  const { peer: _, ...message } = on.messages[0];
  assertEquals(message, {
    line: "* [private] bob: psst: you",
    text: "psst: you",
    nick: "bob",
    isPrivate: true,
  });
  assertEquals([on.notices, on.messages[1].isPrivate], [["bob has left"], undefined]);
});

Deno.test("ChatClient.names follow who comes, who leaves and who is called otherwise", async () => {
  await using on = new World();
  const link = await on.letIn({ who: ["amy", "bob"] });
  await link.say(
    "* cat, dan and eve have joined",
    "* dan and bob have left",
    "* eve is now Eva",
    "#1 fay: hi",
    "* done",
  );
  await on.until(() => on.notices.includes("done"));
  assertEquals([...on.client.names].toSorted(), ["Eva", "amy", "cat", "fay"]);
  await link.welcome({ room: "dev", log: "d", who: ["amy", "gil"] });
  await on.until(() => on.places.length === 2);
  assertEquals([...on.client.names], ["amy", "gil"]);
});
