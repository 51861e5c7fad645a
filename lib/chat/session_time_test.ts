import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { Chat, type Peer } from "./_session_testing.ts";
import { FakeTime, pure, turn } from "./_testing.ts";
import { printControlLine } from "./control_lines.ts";

/** A client of ours with a heartbeat. */
async function joinOurs(chat: Chat, nick: string): Promise<Peer> {
  const peer = chat.connect();
  await peer.write(printControlLine({ nick, room: "lobby", heartbeat: true }) + "\n");
  await peer.welcome();
  return peer;
}

const codeOf = async (peer: Peer) => (await assertRejects(() => peer.served, PinwireError)).code;

pure("serveMember asks a client of ours after 2 s of silence, and sends it away after 6 s", async () => {
  using time = new FakeTime();
  await using chat = new Chat();
  const bob = await joinOurs(chat, "bob");
  time.pass(1_999);
  time.pass(1);
  assertEquals(await bob.line(), "/ping");
  await bob.write("/pong\n");
  await turn();
  time.pass(5_999);
  assertEquals(await bob.line(), "/ping");
  time.pass(1);
  assertEquals([await bob.rest(), await codeOf(bob)], ["", "no_heartbeat"]);
});

pure("serveMember gives a silent client of ours 30 s as long as it has something to read", async () => {
  using time = new FakeTime();
  await using chat = new Chat();
  const [amy, bob] = [await chat.join("amy"), await joinOurs(chat, "bob")];
  await amy.write("hi\n");
  while (!chat.hub.find("bob").subscriber!.isBusy) await turn();
  time.pass(29_999);
  await turn();
  assertEquals(await bob.line(), "#1 amy: hi");
  await bob.write("/ping\n");
  assertEquals(await bob.line(), "/pong");
  await amy.write("hi again\n");
  while (!chat.hub.find("bob").subscriber!.isBusy) await turn();
  time.pass(30_000);
  assertEquals(await codeOf(bob), "no_heartbeat");
});

pure(
  "serveMember takes no client of ours for dead that it doesn't read from because it says much",
  async () => {
    using time = new FakeTime();
    await using chat = new Chat({ rate: 2 });
    const bob = await joinOurs(chat, "bob");
    // The hello and some bytes count too.
    const said = bob.write("x\n".repeat(200));
    while (chat.hub.lobby.line < 199) await turn();
    // More than even a member that still has to read may be silent.
    time.pass(31_000);
    const asked = bob.write("/ping\n");
    assertEquals(await bob.sees(/^\/p/), "/pong");
    await Promise.all([said, asked]);
    assertEquals(chat.hub.lobby.line, 200);
  },
);

/** Whether the server takes its time before it reads on: it lets four lines a second pass. */
async function isSlowed(bob: Peer): Promise<boolean> {
  const began = Date.now();
  await bob.write("x\n");
  return Date.now() - began > 200;
}

pure("serveMember counts pings, hellos and lines that are too long as lines", async () => {
  for (
    const [what, count] of [["/ping\n", 199], ["/pinwire {}\n", 199], ["x".repeat(61) + "\n", 196]] as const
  ) {
    using _ = new FakeTime();
    await using chat = new Chat({ rate: 4 }, "text", 60);
    const bob = await joinOurs(chat, "bob");
    void bob.rest();
    await bob.write(what.repeat(count));
    assert(await isSlowed(bob), what.slice(0, 9));
  }
});

pure("serveMember counts bytes without a line too", async () => {
  using _ = new FakeTime();
  await using chat = new Chat({ rate: 4 }, "text", 60);
  const bob = await joinOurs(chat, "bob");
  await bob.write("x".repeat(4_096 * 199));
  assert(await isSlowed(bob));
});

pure("serveMember tells once that what a member writes is in another encoding", async () => {
  await using chat = new Chat();
  const amy = await chat.join("amy");
  for (const bytes of [[0xc4, 0xe3, 0x0a], [0xba, 0xc3, 0x0a]]) await amy.writeBytes(Uint8Array.from(bytes));
  await amy.write("/who\n");
  await amy.sees(/in lobby/);
  const errors = chat.events.filter((event) => event.event === "error");
  assertEquals(errors.length, 1);
  assert(errors[0].event === "error");
  assertEquals(errors[0].message, "what amy writes is not utf-8");
  assertMatch(errors[0].hint!, /--encoding/);
});

pure("serveMember sends away a client of ours that can't be told what it needs", async () => {
  await using chat = new Chat({ maxQueue: 4_096 });
  const bob = await joinOurs(chat, "bob");
  // A receipt for each line, and nobody reads them.
  await bob.write("/me\n".repeat(100)).catch(() => {});
  assertEquals(await codeOf(bob), "too_slow");
});
