import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  assertStops,
  interrupt,
  isWindows,
  LOOPBACK,
  pinwire,
  restOf,
  runPinwire,
  tempDir,
} from "./support.ts";
import { chatConnect, chatServe, connectAs, GREETING, heard, Member, next, noticed } from "./support/chat.ts";

/** GBK for 你好. */
const NI_HAO = Uint8Array.of(0xc4, 0xe3, 0xba, 0xc3);

Deno.test("chat serve: plain members talk, and each is told who comes and goes", async () => {
  await using server = await chatServe();
  using amy = await Member.dial(server);
  assertEquals(await amy.line(), GREETING);
  await amy.say("/nick amy", "hi");
  await amy.until("is now amy");
  using bob = await Member.dial(server);
  await bob.say("hello");
  assertEquals((await bob.lines(3)).slice(0, 2), [GREETING, "amy: hi"]);
  assertEquals(await amy.lines(2), ["* guest2 has joined", "guest2: hello"]);
  await bob.say("/me waves", "/quit");
  assertEquals(await bob.rest(), "* bye\n");
  assertEquals(await amy.lines(2), ["** guest2 waves", "* guest2 has left"]);
});

Deno.test("chat serve: two who come one right after the other know of each other, and hear nothing of themselves", async () => {
  await using server = await chatServe();
  using _amy = await Member.join(server, "amy");
  using bob = await Member.dial(server);
  await bob.say("/who");
  assertEquals((await bob.lines(3))[1], "* you are guest2, in lobby with server and amy");
  using carl = await Member.dial(server);
  await carl.say("/who");
  assertEquals((await carl.lines(3))[1], "* you are guest3, in lobby with server, amy and guest2");
  // Amy is told of both at once.
  await carl.say("hi");
  assertEquals(await bob.until("guest3: hi"), ["* guest3 has joined", "guest3: hi"]);
});

Deno.test("chat serve refuses names that are taken, look like a taken one, or are not valid", async () => {
  await using server = await chatServe();
  using amy = await Member.join(server, "amy");
  using bob = await Member.join(server, "bob");
  // Full-width letters, a sign that folds to k, a ligature, an accent apart: the same key.
  using kim = await Member.join(server, "kéim");
  for (
    const name of [
      "amy",
      "AMY",
      "ａｍｙ",
      "ke\u0301im",
      "\u212A\u00e9im",
      "server",
      "Server",
      "you",
      "ｓerver",
    ]
  ) {
    await bob.say(`/nick ${name}`);
    const said = (await bob.until("choose another")).at(-1)!;
    assertEquals(said, `* the name ${name.normalize("NFC")} is taken: choose another`);
  }
  for (const name of ["a b", "a\u200bb", "-a", "x".repeat(25), "a:b", "*", "#1"]) {
    await bob.say(`/nick ${name}`);
    assertMatch(await bob.line(), /^\* ".*" can't be a name: a name is 1 to 24 letters/);
  }
  await bob.say("/nick Bob", "/who");
  assertEquals(await bob.until("kéim"), ["* bob is now Bob", "* in lobby: server, amy, Bob, kéim"]);
  for (const other of [amy, kim]) await other.until("is now Bob");
});

Deno.test("chat serve: /join, /rooms, /history and /msg", async () => {
  await using server = await chatServe();
  using amy = await Member.join(server, "amy");
  using bob = await Member.join(server, "bob");
  await amy.say("in the lobby", "/join dev", "in dev", "/rooms");
  assertEquals(await bob.until("amy has left"), ["amy: in the lobby", "* amy has left"]);
  assertEquals((await amy.until("* dev: 1 here")).slice(-3), [
    "* you are amy, in dev",
    "* lobby: 2 here",
    "* dev: 1 here",
  ]);
  await bob.say("/join DEV");
  assertEquals(await bob.lines(2), ["amy: in dev", "* you are bob, in dev with amy"]);
  await bob.say("/history");
  assertEquals(await bob.line(), "amy: in dev");
  assertEquals(await amy.line(), "* bob has joined");
  await bob.say("/join lobby", "/msg AMY psst");
  assertEquals((await bob.until("psst")).filter((line) => !/joined|you are/.test(line)), [
    "amy: in the lobby",
    "* to amy: psst",
  ]);
  assertEquals((await amy.until("psst")).at(-1), "* [private] bob: psst");
  await bob.say("/msg nobody hi", "/msg amy", "/frob");
  assertEquals(await bob.lines(3), [
    "* nobody is called nobody: /who lists who is here",
    "* something is missing: write /msg NAME TEXT",
    "* there is no /frob: /help lists what there is",
  ]);
  await bob.say("/help");
  assertMatch((await bob.until("leave")).join("\n"), /^\* \/nick NAME {7}be .*\n[^]*\* \/quit {12}leave$/);
});

Deno.test("chat serve --timestamps begins each line with its time, but no notice", async () => {
  await using server = await chatServe("--timestamps");
  using amy = await Member.join(server, "amy");
  using bob = await Member.join(server, "bob");
  await bob.say("hi", "/me waves");
  const lines = await amy.until("waves");
  assertMatch(lines.at(-2)!, /^\[\d\d:\d\d:\d\d\] bob: hi$/);
  assertMatch(lines.at(-1)!, /^\[\d\d:\d\d:\d\d\] \*\* bob waves$/);
  // Our client's events have what was said, and who said it.
  await using client = await chatConnect(server.address);
  assertEquals([await heard(client), await heard(client)], ["bob: hi", "bob: /me waves"]);
});

Deno.test("chat serve's console talks, has the members' commands, and throws somebody out", async () => {
  await using server = await chatServe();
  using amy = await Member.join(server, "amy");
  using bob = await Member.join(server, "bob");
  await server.write("hello\n/who\n/me waves\n/msg amy psst\n/kick bob too loud\n/kick server\n/nick boss\n");
  await server.sees(/^\* in lobby: server, amy \(tcp:\S+\), bob \(tcp:\S+\)$/m);
  await server.sees(
    /^\* to amy: psst\n\* bob was kicked: too loud\n\* the console stays: [^\n]*\n\* the console keeps its name$/m,
  );
  assertEquals((await bob.rest()).split("\n").slice(-3), ["** server waves", "* kicked: too loud", ""]);
  assertEquals((await amy.until("too loud")).slice(-4), [
    "server: hello",
    "** server waves",
    "* [private] server: psst",
    "* bob was kicked: too loud",
  ]);
  await amy.say("/kick server", "hm");
  assertMatch(await amy.line(), /^\* only the server's console can do that/);
  await server.sees(/^amy: hm$/m);
  await server.write("/join dev\nover here\n/rooms\n/quit\n");
  await server.sees(/\* lobby: 1 here\n\* dev: 1 here\n/);
  assertEquals([(await server.status).code, await amy.rest()], [0, ""]);
});

Deno.test("chat serve --json: each line is a message with nick and room, as it was said", async () => {
  await using server = await chatServe("--json");
  using amy = await Member.join(server, "amy");
  const { peer } = await next(server, "connected");
  await amy.say("你好", "/join dev", "/me waves");
  const said = [await next(server, "message"), await next(server, "message")];
  assertEquals(said.map(({ nick, room, text, bytes, peer }) => [nick, room, text, bytes, peer]), [
    ["amy", "lobby", "你好", 6, peer],
    ["amy", "dev", "/me waves", 9, peer],
  ]);
  // What the console says is no event, and neither are the answers to it.
  await server.write("/who\n");
  await server.sees(/^\* in lobby: server$/m, "stderr");
  assert(server.stdout.split("\n").every((line) => line === "" || line.startsWith("{")));
});

Deno.test("chat serve --greeting none: not even our own client is greeted", async () => {
  await using server = await chatServe("--greeting", "none", "--json");
  await using client = await chatConnect(server.address, "--nick", "amy");
  await client.write("hi\n");
  assertEquals(await heard(server), "guest1: hi");
  using bob = await Member.dial(server);
  await bob.say("hello");
  assertEquals(await bob.line(), "guest1: hi");
  const { text, nick } = await next(client, "message");
  assertEquals([text, nick], ["* guest2 has joined", undefined]);
});

Deno.test("chat serve --once ends with the first line, --until with its word; both are passed on", async () => {
  for (const [options, lines] of [[["--once"], ["hi"]], [["--until", "bye"], ["hi", "bye"]]]) {
    await using server = await chatServe(...options);
    using bob = await Member.join(server, "bob");
    using amy = await Member.join(server, "amy");
    await bob.until("is now amy");
    await amy.say("/who", ...lines);
    assertEquals((await bob.rest()).trim().split("\n"), lines.map((line) => `amy: ${line}`));
    assertEquals((await server.status).code, 0);
  }
});

Deno.test("chat serve -e gbk: a GBK program and a client of ours in UTF-8 share a room", async () => {
  await using server = await chatServe("-e", "gbk", "--json");
  using bob = await Member.dial(server, "gbk");
  await bob.take("bob");
  await using amy = await connectAs("amy", server);
  // Where she took long to say her name, she came as a guest.
  while (!/amy( has joined)?$/.test(await bob.line()));
  await bob.write(Uint8Array.of(...NI_HAO, 0x0a));
  assertEquals(await heard(amy), "bob: 你好");
  await amy.write("吃了吗 🙂\n");
  assertEquals(await bob.line(), "amy: 吃了吗 ?");
  assertEquals([await heard(server), await heard(server)], ["bob: 你好", "amy: 吃了吗 🙂"]);
});

Deno.test("chat serve --frame len:i32le: both ends of ours, and a plain peer that counts", async () => {
  await using server = await chatServe("--frame", "len:i32le", "--json");
  await using amy = await connectAs("amy", server, "--frame", "len:i32le");
  using bob = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await bob.write(Uint8Array.of(2, 0, 0, 0, 0x68, 0x69));
  assertEquals(await heard(amy), "guest2: hi");
  await amy.write("two\nlines\n");
  assertEquals([await heard(server), await heard(server), await heard(server)], [
    "guest2: hi",
    "amy: two",
    "amy: lines",
  ]);
  await assertStops(server);
  const said = await restOf(bob);
  assert(said.includes("\x08\0\0\0amy: two\x0a\0\0\0amy: lines"), JSON.stringify(said));
});

Deno.test({
  name: "chat over a Unix socket and over TLS",
  ignore: isWindows,
  async fn() {
    await using dir = await tempDir();
    await runPinwire(["cert", "localhost", LOOPBACK, "--out", dir.path]);
    const ca = `${dir.path}/pinwire-cert.pem`;
    const tls = ["--tls-cert", ca, "--tls-key", `${dir.path}/pinwire-key.pem`];
    for (
      const [address, ...options] of [[`unix:${dir.path}/socket`], ["tls://127.0.0.1:0", ...tls]]
    ) {
      await using server = await pinwire(["chat", "serve", address, "--json", ...options]);
      const more = options.length ? ["--ca", ca] : [];
      await using amy = await connectAs("amy", server, ...more);
      await using bob = await connectAs("bob", server, ...more);
      await noticed(amy, /bob has joined/);
      await bob.write("hi\n");
      assertEquals(await heard(amy), "bob: hi");
      await bob.end();
      assertEquals((await bob.outcome()).code, 0);
    }
  },
});

interrupt("Ctrl-C ends chat serve with 0, and members read what was said to the end", async () => {
  await using server = await chatServe();
  using amy = await Member.join(server, "amy");
  await server.write("last words\n");
  await server.sees(/^/);
  assertEquals(await amy.line(), "server: last words");
  await assertStops(server);
  assertEquals(await amy.rest(), "");
});

Deno.test("chat serve: what PuTTY and telnet say for themselves is refused, and is no text", async () => {
  await using server = await chatServe("--json");
  const conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  // WILL NAWS, WILL TERMINAL-SPEED, DO SUPPRESS-GO-AHEAD; then a line that ends as PuTTY's Enter does.
  await conn.write(Uint8Array.of(255, 251, 31, 255, 251, 32, 255, 253, 3, 104, 105, 13, 0));
  assertEquals((await next(server, "message")).text, "hi");
  await conn.write(new TextEncoder().encode("/quit\r\n"));
  const answer = await new Response(conn.readable).bytes();
  assertMatch(answer.toHex(), /fffe1ffffe20fffc03/);
});
