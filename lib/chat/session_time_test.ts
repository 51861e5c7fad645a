import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { Chat, type Peer } from "./_session_testing.ts";
import { FakeClock, pure, turn } from "./_testing.ts";
import { printControlLine } from "./control_lines.ts";

/** A client of ours with a heartbeat. */
async function joinOurs(chat: Chat, nick: string): Promise<Peer> {
  const peer = chat.connect();
  await peer.write(printControlLine({ nick, room: "lobby", heartbeat: true }) + "\n");
  await peer.welcome();
  return peer;
}

const codeOf = async (peer: Peer) => (await assertRejects(() => peer.served, PinwireError)).code;

pure("MemberSession asks a client of ours after 2 s of silence, and sends it away after 6 s", async () => {
  const clock = new FakeClock();
  await using chat = new Chat({}, "text", undefined, clock);
  const bob = await joinOurs(chat, "bob");
  clock.pass(1_999);
  clock.pass(1);
  assertEquals(await bob.line(), "/ping");
  await bob.write("/pong\n");
  await turn();
  clock.pass(5_999);
  assertEquals(await bob.line(), "/ping");
  clock.pass(1);
  assertEquals([await bob.rest(), await codeOf(bob)], ["", "no_heartbeat"]);
});

pure("MemberSession gives a silent client of ours 30 s as long as it has something to read", async () => {
  const clock = new FakeClock();
  await using chat = new Chat({}, "text", undefined, clock);
  const [amy, bob] = [await chat.join("amy"), await joinOurs(chat, "bob")];
  await amy.write("hi\n");
  while (!chat.hub.find("bob").subscriber!.isBusy) await turn();
  clock.pass(29_999);
  await turn();
  assertEquals(await bob.line(), "#1 amy: hi");
  await bob.write("/ping\n");
  assertEquals(await bob.line(), "/pong");
  await amy.write("hi again\n");
  while (!chat.hub.find("bob").subscriber!.isBusy) await turn();
  // Its silence is looked at once a second.
  clock.pass(31_000);
  assertEquals(await codeOf(bob), "no_heartbeat");
});

pure(
  "MemberSession takes no client of ours for dead that it doesn't read from because it says much",
  async () => {
    const clock = new FakeClock();
    // It waits 40 s for each line: longer than even a member that still has to read may be silent.
    await using chat = new Chat({ rate: 1 / 40 }, "text", undefined, clock);
    const bob = await joinOurs(chat, "bob");
    void bob.rest();
    // The hello and some bytes count too.
    await bob.write("x\n".repeat(199));
    await turn();
    clock.pass(6_000);
    await turn();
    assertEquals(chat.hub.rooms.lobby.line, 199);
    clock.pass(39_000);
    await turn();
    assertEquals([...chat.hub.nicks()], ["bob"]);
    bob.close();
    clock.pass(1_000);
  },
);

/** Whether the server reads on only once time has passed: it lets four lines a second pass. */
async function isSlowed(clock: FakeClock, chat: Chat, bob: Peer): Promise<boolean> {
  const { line } = chat.hub.rooms.lobby;
  const said = bob.write("x\n");
  await turn();
  const wasSlowed = chat.hub.rooms.lobby.line === line;
  while (chat.hub.rooms.lobby.line === line) {
    clock.pass(1_000);
    await turn();
  }
  await said;
  return wasSlowed;
}

pure("MemberSession counts pings, hellos and lines that are too long as lines", async () => {
  for (
    const [what, count] of [["/ping\n", 199], ["/pinwire {}\n", 199], ["x".repeat(61) + "\n", 196]] as const
  ) {
    const clock = new FakeClock();
    await using chat = new Chat({ rate: 4 }, "text", 60, clock);
    const bob = await joinOurs(chat, "bob");
    void bob.rest();
    await bob.write(what.repeat(count));
    assert(await isSlowed(clock, chat, bob), what.slice(0, 9));
  }
});

pure("MemberSession counts bytes without a line too", async () => {
  const clock = new FakeClock();
  await using chat = new Chat({ rate: 4 }, "text", 60, clock);
  const bob = await joinOurs(chat, "bob");
  await bob.write("x".repeat(4_096 * 197));
  // The end of that line.
  const ended = bob.write("\n");
  assert(await isSlowed(clock, chat, bob));
  await ended;
});

pure("MemberSession tells once that what a member writes is in another encoding", async () => {
  const clock = new FakeClock();
  await using chat = new Chat({}, "text", undefined, clock);
  const amy = await chat.join("amy");
  for (const bytes of [[0xc4, 0xe3, 0x0a], [0xba, 0xc3, 0x0a]]) await amy.writeBytes(Uint8Array.from(bytes));
  await amy.write("/who\n");
  await amy.sees(/in lobby/);
  const errors = chat.events.filter((event) => event.event === "error");
  assertEquals(errors.length, 1);
  assert(errors[0].event === "error");
  assertEquals(errors[0].message, "what amy writes is not utf-8");
  assertMatch(errors[0].hint!, /^gbk, .* would read it, try -e gbk$/);
});

pure("MemberSession sends away a client of ours that can't be told what it needs", async () => {
  await using chat = new Chat({ maxQueue: 4_096 });
  const bob = await joinOurs(chat, "bob");
  // A receipt for each line, and nobody reads them.
  await bob.write("/me\n".repeat(100)).catch(() => {});
  assertEquals(await codeOf(bob), "too_slow");
});
