import { assertEquals, assertMatch } from "@std/assert";
import { assertStops, type Process } from "./support.ts";
import { chatServe, connectAs, heard, Member, next, noticed } from "./support/chat.ts";
import { NumberedMember } from "./support/numbered_member.ts";
import { everyStoreTest, Store, storeTest } from "./support/redis.ts";
import { relayTo, toAll } from "./support/relay.ts";

/** A server that shares the rooms of a store. */
const shareServe = (store: { url: string }, ...options: string[]): Promise<Process> =>
  chatServe("--share", store.url, "--rate", "0", "--json", ...options);

everyStoreTest(
  "servers with one store are one chat: one order and numbering for all, nc among them",
  async (program) => {
    await using store = await Store.start([], program);
    await using here = await shareServe(store);
    await using there = await shareServe(store);
    await using amy = await NumberedMember.join([here.port], "amy");
    await using bob = await NumberedMember.join([there.port], "bob");
    using nc = await Member.join(there, "nc");
    const talk = async (member: NumberedMember) => {
      for (let i = 0; i < 50; i++) await member.say(`${member.nick} ${i}`);
    };
    await Promise.all([talk(amy), talk(bob)]);
    const { numbers, texts } = await store.lines();
    assertEquals(numbers, Array.from({ length: 100 }, (_, i) => i + 1));
    const told = texts.map((text) => `${text.split(" ")[0]}: ${text}`);
    assertEquals(await amy.upTo(100), told);
    assertEquals(await bob.upTo(100), told);
    const lines: string[] = [];
    while (lines.length < 100) lines.push(await nc.hears());
    assertEquals(lines, told);
  },
);

storeTest(
  "members of all servers stand in /who and /rooms, and hear who comes, changes its name, and goes",
  async () => {
    await using store = await Store.start();
    await using here = await shareServe(store);
    await using there = await shareServe(store);
    await using amy = await connectAs("amy", here);
    await using bob = await connectAs("bob", there);
    await noticed(amy, /^bob has joined$/);
    await bob.write("/join dev\n");
    await noticed(amy, /^bob has left$/);
    await noticed(bob, /^in dev: bob$/);
    await amy.write("/rooms\n");
    await noticed(amy, /^dev: 1 here$/);
    await amy.write("/join dev\n");
    await noticed(bob, /^amy has joined$/);
    await amy.write("/who\n");
    assertEquals(await noticed(amy, /^in dev: .*,/), "in dev: bob, amy");
    await bob.write("/nick rob\n");
    await noticed(amy, /^bob is now rob$/);
    await bob.write("are you there?\n");
    assertEquals(await heard(amy), "rob: are you there?");
    await bob.end();
    await noticed(amy, /^rob has left$/);
  },
);

storeTest(
  "a name is one member's over all servers, and whoever is called is told from any of them",
  async () => {
    await using store = await Store.start();
    await using here = await shareServe(store);
    await using there = await shareServe(store);
    await using first = await NumberedMember.join([here.port], "first");
    await using second = await NumberedMember.join([there.port], "second");
    // At the same instant one of the two has it.
    await Promise.all([first.say("/nick Amy"), second.say("/nick amy")]);
    assertEquals([first, second].filter(({ nick }) => nick.toLowerCase() === "amy").length, 1);
    const [amy, other] = first.nick === "Amy" ? [first, second] : [second, first];
    await other.until(() => other.notices.some((line) => /the name amy is taken/i.test(line)));
    await amy.command(`/msg ${other.nick} psst`, /^\* to \w+: psst$/);
    await other.until(() => other.notices.some((line) => /^\* \[private\] amy: psst$/i.test(line)));
    await other.command("/msg nobody psst", /nobody is called nobody/);
    // Each console has a name of its own, and nobody takes one like it.
    await other.command("/who", /server-\S+, .*server-\S+-2\b|server-\S+-2\b.*server-/);
    await other.command("/nick server-mine", /the name server-mine is taken/);
    await other.command("/nick server", /the name server is taken/);
    const [, console] = (await other.command("/who", /server-/)).match(/(server-[^\s,]+)/)!;
    for (const { stdout, events } of [here, there]) {
      assertEquals([stdout.includes("psst"), events.length > 0], [false, true]);
    }
    await other.command(`/msg ${console} to the console`, /^\* to server-\S+: to the console$/);
    const [, at] = console.match(/(-2)?$/)!;
    await (at ? there : here).sees(/\[private\] \w+: to the console/, "stderr");
    await here.write(`/kick ${second.nick} enough\n`);
    await second.until(() => second.notices.includes("/bye kicked: enough"));
  },
);

storeTest(
  "who comes late hears what was said at other servers, and at a server that was started since",
  async () => {
    await using store = await Store.start();
    await using here = await shareServe(store);
    await using amy = await connectAs("amy", here);
    await amy.write("one\ntwo\n/me waves\n");
    await next(here, "message");
    await next(here, "message");
    await next(here, "message");
    await using there = await shareServe(store);
    await using bob = await connectAs("bob", there);
    assertEquals([await heard(bob), await heard(bob), await heard(bob)], [
      "amy: one",
      "amy: two",
      "amy: /me waves",
    ]);
    assertEquals(await store.cli("XLEN", "pinwire:room:lobby"), "3");
  },
);

storeTest(
  "a client whose server dies goes on at another under its name, with what it missed, each line once",
  async () => {
    await using store = await Store.start();
    await using here = await shareServe(store);
    await using there = await shareServe(store);
    await using amy = await NumberedMember.join([here.port, there.port], "amy");
    await using bob = await NumberedMember.join([there.port], "bob");
    await amy.say("before");
    await bob.upTo(1);
    here.kill("SIGKILL");
    await bob.say("meanwhile");
    assertEquals(await amy.upTo(2), ["amy: before", "bob: meanwhile"]);
    assertEquals([amy.nick, amy.logs.length], ["amy", 1]);
    assertEquals(await amy.say("after"), 3);
    assertEquals(await bob.upTo(3), ["amy: before", "bob: meanwhile", "amy: after"]);
  },
);

storeTest(
  "names of a server that died are free, and its members gone from /who, when its lease has run out",
  async () => {
    await using store = await Store.start();
    await using here = await shareServe(store);
    await using there = await shareServe(store);
    await using amy = await connectAs("amy", here, "--no-reconnect");
    await using bob = await NumberedMember.join([there.port], "bob");
    await bob.command("/who", /amy/);
    here.kill("SIGKILL");
    await amy.status;
    await bob.command("/nick amy", /the name amy is taken/);
    await bob.until(() => bob.notices.some((line) => /^\* .*amy.* ha(s|ve) left$/.test(line)));
    await bob.say("/nick amy");
    assertEquals(bob.nick, "amy");
    assertMatch(await bob.command("/who", /^\* in lobby: /), /^\* in lobby: server-[\w-]+, amy$/);
  },
);

storeTest("a server that stops says goodbye: its members and names are gone at once", async () => {
  await using store = await Store.start();
  await using here = await shareServe(store);
  await using there = await shareServe(store);
  await using _amy = await connectAs("amy", here, "--no-reconnect");
  await using bob = await connectAs("bob", there);
  await assertStops(here);
  await noticed(bob, /amy.* ha(s|ve) left$/);
  await bob.write("/nick amy\n/who\n");
  assertMatch(await noticed(bob, /^in lobby: .*amy/), /^in lobby: server-[\w-]+, amy$/);
  assertEquals((await store.cli("KEYS", "pinwire:nick:*")).split("\n").length, 2);
});

storeTest(
  "what a person writes into a room with redis-cli is told there, made safe for terminals",
  async () => {
    await using store = await Store.start();
    await using here = await shareServe(store);
    await using amy = await connectAs("amy", here);
    await store.cli("XADD", "pinwire:room:lobby", "0-*", "nick", "ops", "text", "down\u001b[2J\nsoon");
    assertEquals(await heard(amy), "ops: down^[[2J^Jsoon");
    await store.cli("XADD", "pinwire:room:lobby", "0-*", "text", "who am I");
    assertEquals(await heard(amy), "nobody: who am I");
    await store.cli("XADD", "pinwire:events", "*", "by", "x", "what", "{not json");
    await store.cli(
      "XADD",
      "pinwire:events",
      "*",
      "by",
      "x",
      "what",
      '{"say":"joined","nick":"\u0007","room":"lobby"}',
    );
    await amy.write("still here\n");
    assertEquals((await next(here, "message")).text, "still here");
  },
);

storeTest("a session goes on at another server while its own one lives: that one lets go of it", async () => {
  await using store = await Store.start();
  await using here = await shareServe(store);
  await using there = await shareServe(store);
  await using relay = await relayTo(here);
  await using amy = await NumberedMember.join([relay.port, there.port], "amy");
  await using bob = await NumberedMember.join([here.port], "bob");
  // Its server doesn't see that the link is lost.
  await toAll(relay, "stall");
  amy.drop();
  await amy.say("over here");
  assertEquals([await bob.upTo(1), amy.nick], [["amy: over here"], "amy"]);
  assertMatch(
    await bob.command("/who", /^\* in lobby: /),
    /^[^]*: (server-\S+, |bob, |amy, ){3}(amy|bob|server-\S+)$/,
  );
});

storeTest("who comes and goes while the store is away is known to all once it is back", async () => {
  await using store = await Store.start();
  await using relay = await relayTo(store);
  await using here = await chatServe(
    "--share",
    relay.address.replace("tcp:", "redis:"),
    "--rate",
    "0",
    "--json",
  );
  await using there = await shareServe(store);
  await using amy = await connectAs("amy", here, "--no-reconnect");
  await using bob = await NumberedMember.join([there.port], "bob");
  await bob.command("/who", /amy/);
  await toAll(relay, "cut");
  await amy.end();
  await amy.status;
  // It is let in under its name, or later.
  await using _cat = await connectAs("cat", here);
  await bob.until(() => bob.notices.some((line) => /amy.* ha(s|ve) left$/.test(line)));
  await bob.until(() => bob.notices.some((line) => /cat.* ha(s|ve) joined$/.test(line)));
});

storeTest("of two members at one server who want one name at once, one has it, and both stay", async () => {
  await using store = await Store.start();
  await using here = await shareServe(store);
  await using first = await NumberedMember.join([here.port], "first");
  await using second = await NumberedMember.join([here.port], "second");
  await Promise.all([first.say("/nick amy"), second.say("/nick amy")]);
  assertEquals([first, second].filter(({ nick }) => nick === "amy").length, 1);
  assertEquals(await first.say("both are"), 1);
  assertEquals(await second.say("still here"), 2);
});
