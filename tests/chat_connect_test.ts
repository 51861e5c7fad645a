import { assert, assertEquals, assertMatch } from "@std/assert";
import { deafPort, LOOPBACK, pinwire, type Process, refusal } from "./support.ts";
import {
  chatConnect,
  chatServe,
  connectAs,
  GREETING,
  heard,
  Member,
  next,
  noticed,
  textsOf,
} from "./support/chat.ts";
import { relayTo, toAll } from "./support/relay.ts";

/** Starts a server again at an address that has just been in use. */
async function restart(server: Process): Promise<Process> {
  await server.stop();
  return await pinwire(["chat", "serve", server.address, "--json"]);
}

/** The messages that came up to the one that says `last`. */
async function heardUntil(client: Process, last: string): Promise<string[]> {
  const said = [await heard(client)];
  while (!said.at(-1)!.endsWith(last)) said.push(await heard(client));
  return said;
}

Deno.test("chat connect --json: messages have nick and room, /me and /msg too", async () => {
  await using server = await chatServe("--json");
  await using amy = await connectAs("amy", server, "--room", "dev");
  assertMatch((await next(amy, "connected")).peer!, /^tcp:/);
  await using bob = await connectAs("bob", server, "-r", "DEV");
  await noticed(amy, /^bob has joined$/);
  await bob.write("hi\n/me waves\n/msg amy psst\n/nick bobby\n");
  const said = [await next(amy, "message"), await next(amy, "message")];
  assertEquals(said.map(({ nick, room, text, bytes }) => [nick, room, text, bytes]), [
    ["bob", "dev", "hi", 2],
    ["bob", "dev", "/me waves", 9],
  ]);
  const whispered = await next(amy, "message");
  assertEquals([whispered.nick, whispered.text, whispered.private], ["bob", "psst", true]);
  assertEquals(await noticed(amy, /now/), "bob is now bobby");
  await bob.write("/quit\n");
  assertEquals((await bob.outcome()).code, 0);
  assertEquals(await noticed(amy, /left/), "bobby has left");
  assertEquals(bob.events.at(-1)!.event, "disconnected");
});

Deno.test("chat connect: nobody there at the first dial is exit 1", async () => {
  using deaf = await deafPort();
  const said = await refusal(["chat", "connect", `${LOOPBACK}:${deaf.port}`], 1);
  assertMatch(said, /nobody is listening on/);
  assertMatch(await refusal(["chat", "connect", "--nick", "a b"], 2), /can't be a name/);
});

Deno.test("chat connect: thrown out is exit 1 with the reason, and no way back", async () => {
  await using server = await chatServe("--json");
  await using amy = await connectAs("amy", server);
  await server.write("/kick amy too loud\n");
  const { code, stderr } = await amy.outcome();
  assertEquals(code, 1);
  assertMatch(stderr, /^pinwire[^\n]* .*kicked: too loud[^\n]*\n$/);
});

Deno.test("chat connect comes back to a server that was started anew, with its name and room", async () => {
  await using first = await chatServe("--json");
  await using amy = await connectAs("amy", first, "--room", "dev");
  await amy.write("hi\n");
  assertEquals(await heard(first), "amy: hi");
  await using second = await restart(first);
  assertMatch((await next(amy, "error")).message!, /is lost/);
  await noticed(amy, /the room was made anew/);
  await amy.write("back\n");
  const { nick, room, text } = await next(second, "message");
  assertEquals([nick, room, text], ["amy", "dev", "back"]);
  await amy.end();
  assertEquals((await amy.outcome()).code, 0);
});

Deno.test("chat connect over a link that breaks: what was said meanwhile is shown, and only once", async () => {
  await using server = await chatServe("--json");
  await using relay = await relayTo(server);
  await using amy = await connectAs("amy", relay);
  using bob = await Member.join(server, "bob");
  await bob.say("1", "2");
  assertEquals([await heard(amy), await heard(amy)], ["bob: 1", "bob: 2"]);
  await amy.write("3\n");
  assertEquals(await bob.hears(), "amy: 3");
  await toAll(relay, "cut");
  await next(amy, "disconnected");
  await bob.say("4", "/me waves", "6");
  // Typed without a link, it is said when there is one.
  await amy.write("7\n");
  assertEquals(await bob.hears(), "amy: 7");
  await bob.say("8");
  // Her own line is among them where the link was cut before she knew that it had been told.
  const missed = (await heardUntil(amy, "8")).filter((line) => line !== "amy: 3");
  assertEquals(missed, ["bob: 4", "bob: /me waves", "bob: 6", "bob: 8"]);
  assertMatch(await noticed(amy, /^back after/), /^back after \d+ s, [34] lines meanwhile$/);
  assertEquals(textsOf(amy, "notice").filter((text) => /missed|anew/.test(text)), []);
  assertEquals(await amy.end().then(() => amy.outcome()).then(({ code }) => code), 0);
});

Deno.test("chat connect is told how many lines are lost because the server has forgotten them", async () => {
  await using server = await chatServe("--json", "--history", "2");
  await using relay = await relayTo(server);
  await using amy = await connectAs("amy", relay);
  using bob = await Member.join(server, "bob");
  await bob.say("0");
  assertEquals(await heard(amy), "bob: 0");
  await toAll(relay, "cut");
  await next(amy, "disconnected");
  await bob.say("1", "2", "3", "4", "5");
  assertEquals([await heard(amy), await heard(amy)], ["bob: 4", "bob: 5"]);
  assertEquals(await noticed(amy, /missed/), "3 lines missed");
});

Deno.test("chat connect takes its place over from a link that the server still believes to be alive", async () => {
  await using server = await chatServe("--json");
  await using far = await relayTo(server);
  await using near = await relayTo(far);
  await using amy = await connectAs("amy", near);
  using bob = await Member.join(server, "bob");
  await bob.say("0");
  assertEquals(await heard(amy), "bob: 0");
  // So the server doesn't hear of the end.
  await toAll(far, "stall");
  await toAll(near, "cut");
  await next(amy, "disconnected");
  await bob.say("1");
  await amy.write("here\n");
  assertEquals(await bob.until("here"), ["amy: here"]);
  assertEquals(await heard(amy), "bob: 1");
  await noticed(amy, /^back/);
  await server.sees(/"disconnected"/);
  const links = server.events.map(({ event }) => event).filter((event) => event.endsWith("connected"));
  assertEquals(links, ["connected", "connected", "connected", "disconnected"]);
});

Deno.test("a link on which nothing passes any more is noticed by both ends", async () => {
  await using server = await chatServe("--json");
  await using relay = await relayTo(server);
  await using amy = await connectAs("amy", relay);
  using bob = await Member.join(server, "bob");
  await toAll(relay, "stall");
  const [here, there] = await Promise.all([next(amy, "error"), next(server, "error")]);
  assertMatch(here.message!, /has said nothing for 6 s/);
  assertMatch(there.message!, /has said nothing for 6 s/);
  await noticed(amy, /^back after/);
  await amy.write("here\n");
  // For the others it either has not been away at all, or has left and come back.
  assert((await bob.until("here")).every((line) => /amy/.test(line)));
});

Deno.test("half a line of a client whose link broke is ignored: the client says that it may not have arrived", async () => {
  await using server = await chatServe("--json");
  using bob = await Member.join(server, "bob");
  {
    using amy = await Member.dial(server);
    await amy.say('/pinwire {"nick":"amy"}');
    await amy.write("whole\nhal");
    await amy.until("/taken 1");
  }
  assertEquals((await bob.until("has left")).filter((line) => !line.startsWith("*")), ["amy: whole"]);
});

Deno.test("half a line of a server whose link broke is ignored: the whole line is shown once there is a link again", async () => {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  await using client = await chatConnect(`${LOOPBACK}:${listener.addr.port}`);
  const session = { nick: "bob", room: "lobby", session: "s", log: "l", past: 0, who: [] };
  async function serve(line: number, lines: string): Promise<string> {
    using member = new Member(await listener.accept());
    await member.say(GREETING);
    const hello = await member.line();
    await member.write(`/pinwire ${JSON.stringify({ ...session, line, past: line })}\n${lines}`);
    return hello;
  }
  await serve(0, "#1 amy: one\n#2 amy: tw");
  assertMatch(await serve(2, "#2 amy: two\n#3 amy: three\n"), /"line":1\}/);
  assertEquals([await heard(client), await heard(client), await heard(client)], [
    "amy: one",
    "amy: two",
    "amy: three",
  ]);
});
