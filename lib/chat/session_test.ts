import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { Chat } from "./_session_testing.ts";
import { FakeClock, pure, turn } from "./_testing.ts";
import { printControlLine } from "./control_lines.ts";
import { GREETING } from "./protocol.ts";

pure("MemberSession greets at once, and lets a silent peer in as a guest after a while", async () => {
  const clock = new FakeClock();
  await using chat = new Chat({}, "text", undefined, clock);
  const peer = chat.connect();
  assertEquals(await peer.line(), GREETING);
  assertEquals([...chat.hub.nicks()], ["guest1"]);
  clock.pass(199);
  assertEquals(chat.events, []);
  clock.pass(1);
  assertEquals(await peer.line(), "* you are guest1, in lobby");
  assertEquals(chat.events.map((event) => "text" in event && event.text), ["guest1 has joined"]);
});

pure("MemberSession holds back what is said until the newcomer has said who it is", async () => {
  await using chat = new Chat();
  const amy = await chat.join("amy");
  await amy.write("first\n");
  const peer = chat.connect();
  await amy.write("second\n");
  await peer.write("/nick bob\n");
  assertEquals((await peer.lines(3)).slice(1), ["amy: first", "amy: second"]);
  await peer.sees(/^\* guest2 is now bob$/);
});

pure("MemberSession relays between plain members, never to who said it", async () => {
  await using chat = new Chat();
  const [amy, bob] = [await chat.join("amy"), await chat.join("bob")];
  await amy.write("one\r\n/me waves\ntwo\x1b[2J\n");
  await bob.sees(/^amy: one$/);
  assertEquals(await bob.lines(2), ["** amy waves", "amy: two^[[2J"]);
  await bob.write("/msg amy psst\n");
  assertEquals(await bob.line(), "* to amy: psst");
  assertEquals(await amy.sees(/^(?!\* bob has|\* guest)/), "* [private] bob: psst");
});

pure("MemberSession tells who says what it doesn't know, and goes on", async () => {
  await using chat = new Chat();
  const amy = await chat.join("amy");
  await amy.write("/nothing\n/nick server\n" + "x".repeat(2_000_000) + "\n/who\n");
  assertMatch(await amy.line(), /^\* there is no \/nothing: /);
  assertMatch(await amy.line(), /^\* the name server is taken: /);
  assertEquals(await amy.line(), "* that line was too long: say it in parts");
  assertEquals(await amy.line(), "* in lobby: amy");
});

pure("MemberSession of a hello gives a place, numbered lines, and receipts", async () => {
  await using chat = new Chat({ rate: 20 });
  const amy = await chat.join("amy");
  await amy.write("before\n");
  const bob = chat.connect();
  await bob.write(printControlLine({ nick: "bob", room: "lobby", heartbeat: true }) + "\n");
  const { session, ...welcome } = await bob.welcome();
  assertMatch(session, /^.{20,}$/);
  const { log } = chat.hub.rooms.lobby;
  const who = ["amy", "bob"];
  assertEquals(welcome, { nick: "bob", room: "lobby", log, line: 1, past: 1, rate: [20, 200], who });
  assertEquals(await bob.line(), "#1 amy: before");
  await bob.write("hi\n/nothing\n/ping\n");
  assertEquals(
    (await bob.lines(4)).map((line) => line.replace(/^(\* there).*/, "$1")),
    ["/taken 2", "* there", "/taken", "/pong"],
  );
  await amy.write("hello\n");
  assertEquals([await amy.sees(/^bob/), await bob.line()], ["bob: hi", "#3 amy: hello"]);
});

pure("MemberSession gives a lost session back its name and place, and what it missed", async () => {
  await using chat = new Chat();
  const amy = await chat.join("amy");
  const lost = chat.connect();
  await lost.write(printControlLine({ nick: "bob", room: "dev", heartbeat: false }) + "\n");
  const { session, log } = await lost.welcome();
  await amy.write("/join dev\nmissed\n");
  await lost.sees(/^#1 amy: missed$/);
  await amy.write("missed too\n");
  const found = chat.connect();
  const resume = { session, log, line: 1 };
  await found.write(printControlLine({ nick: "bob", room: "dev", resume, heartbeat: false }) + "\n");
  const welcome = await found.welcome();
  assertEquals([welcome.nick, welcome.room, welcome.past], ["bob", "dev", 1]);
  assertEquals(await found.line(), "#2 amy: missed too");
  assertMatch(await lost.rest(), /\/bye taken up by a new connection\n$/);
  await lost.served;
});

pure("MemberSession reads a hello that has come in pieces, with a pause between them", async () => {
  // Over raw, each write is a message.
  await using chat = new Chat({}, "raw");
  const peer = chat.connect();
  assertEquals(await peer.read(), GREETING);
  const hello = printControlLine({ nick: "bob", heartbeat: false });
  for (const part of [hello.slice(0, 5), hello.slice(5, 20), hello.slice(20)]) await peer.write(part);
  assertMatch((await peer.read())!, /^\/pinwire \{"nick":"bob"/);
});

pure(
  "MemberSession of a bare peer writes each line alone, without newline, and ends with its last word",
  async () => {
    await using chat = new Chat({ greeting: "none" });
    const amy = chat.connect();
    await amy.write("/nick amy\nfirst\n");
    await amy.sees(/is now amy/);
    const bare = chat.connect();
    await bare.write("hello");
    assertEquals(await amy.sees(/^guest2:/), "guest2: hello");
    assertEquals(await bare.read(), "amy: first");
    await amy.write("one\ntwo\n");
    const heard = [];
    while (heard.at(-1) !== "amy: two") heard.push((await bare.read())!);
    assertEquals(heard.filter((text) => !text.startsWith("* ")), ["amy: one", "amy: two"]);
    assert(heard.every((text) => !text.includes("\n")));
    await bare.write("88");
    assertEquals((await bare.rest()).endsWith("* bye"), true);
    await bare.served;
  },
);

pure("MemberSession keeps no more of a bare peer's hello than a line may have", async () => {
  await using chat = new Chat({}, "raw");
  const peer = chat.connect();
  await peer.read();
  for (const part of ["/pinwire ", "x".repeat(4_000), "x".repeat(4_000)]) await peer.write(part);
  // Something that long is no hello, and is answered as any line.
  let heard = "";
  while (!heard.includes("there is no /pinwire")) heard += (await peer.read())!;
});

pure("MemberSession still tells a peer that has ended its side what is for it", async () => {
  await using chat = new Chat();
  const peer = chat.connect();
  await peer.write("/nick amy\n/who\n");
  await peer.endWrite();
  const text = await peer.rest();
  assert(text.endsWith("* in lobby: amy\n"), text);
  await peer.served;
  assertEquals([...chat.hub.nicks()], []);
});

pure("MemberSession announces nobody who was thrown out before it was let in", async () => {
  await using chat = new Chat();
  const amy = await chat.join("amy");
  const guest = chat.connect();
  chat.hub.kick("guest2", "");
  // It is told its time when the newest is, and that is behind the other's.
  const late = chat.connect();
  assertEquals(await late.line(), GREETING);
  await late.sees(/you are guest3/);
  await amy.write("/who\n");
  const heard = [];
  while (!heard.at(-1)?.startsWith("* in lobby")) heard.push(await amy.line());
  assertEquals(heard.filter((line) => line.includes("guest2")), ["* guest2 was kicked"]);
  guest.close();
});

pure("MemberSession refuses a browser's request", async () => {
  await using chat = new Chat();
  const peer = chat.connect();
  await peer.write("POST / HTTP/1.1\r\n\r\n/nick amy\n").catch(() => {});
  const error = await assertRejects(() => peer.served, PinwireError);
  assertEquals([error.code, [...chat.hub.nicks()]], ["not_for_us", []]);
});

pure("MemberSession slows down who says too much, and loses nothing of it", async () => {
  const clock = new FakeClock();
  await using chat = new Chat({ rate: 200 }, "text", undefined, clock);
  const [amy, bob] = [await chat.join("amy"), await chat.join("bob")];
  const said = Array.from({ length: 260 }, (_, i) => `line ${i}`);
  const written = amy.write(said.map((line) => `${line}\n`).join(""));
  const heard: string[] = [];
  const hearing = (async () => {
    while (heard.length < said.length) heard.push((await bob.sees(/^amy: /)).slice(5));
  })();
  await turn();
  // Her name and some bytes count too.
  for (let count = 198; count <= said.length; count++) {
    assertEquals(chat.hub.rooms.lobby.line, count);
    clock.pass(5);
    await turn();
  }
  await Promise.all([written, hearing]);
  assertEquals(heard, said);
});
