import { assert, assertEquals, assertMatch } from "@std/assert";
import { bytes, interrupt, LOOPBACK, pinwire, refusal, restOf, runPinwire } from "./support.ts";
import { Member, next } from "./support/chat.ts";

const turnsServer = (...options: string[]) =>
  pinwire(["chat", "serve", "127.0.0.1:0", "--turns", "--json", ...options]);
const turnsClient = (address: string, ...options: string[]) =>
  pinwire(["chat", "connect", address, "--turns", "--json", ...options]);

Deno.test("chat --turns: two of ours speak in turn, and end ends both", async () => {
  await using server = await turnsServer();
  await using client = await turnsClient(server.address);
  // What is typed out of turn waits for its turn.
  await server.write("one\ntwo\n");
  await client.write("1\n2\nend\n");
  for (const text of ["1", "2", "end"]) assertEquals((await next(server, "message")).text, text);
  for (const text of ["one", "two"]) assertEquals((await next(client, "message")).text, text);
  assertEquals([(await server.outcome()).code, (await client.outcome()).code], [0, 0]);
  assertEquals([server.stderr, client.stderr], ["", ""]);
});

Deno.test("chat --turns: nothing but the bare message crosses the wire, and each is one write", async () => {
  await using server = await turnsServer();
  using peer = await Member.dial(server);
  await server.write("one\n");
  await peer.write("1");
  assertEquals((await next(server, "message")).text, "1");
  assertEquals(await peer.read(), "one");
  // Two at once are one message of a peer without newlines, and the answer to it comes after it.
  await peer.write("2");
  await next(server, "message");
  await server.write("two\n");
  assertEquals(await peer.read(), "two");
  await peer.write("88");
  assertEquals((await server.outcome()).code, 0);
  assertEquals(await peer.rest(), "");
});

Deno.test("chat --turns: a peer that writes newlines is written them, and can say more than one line", async () => {
  await using server = await turnsServer();
  using peer = await Member.dial(server);
  await peer.write("1\n2\n");
  assertEquals((await next(server, "message")).text, "1");
  await server.write("one\ntwo\n");
  assertEquals(await peer.lines(2), ["one", "two"]);
  assertEquals((await next(server, "message")).text, "2");
});

Deno.test("chat connect --turns: the end of stdin ends it, the answer is still shown", async () => {
  await using server = await turnsServer();
  await server.write("one\n");
  const said = await runPinwire(["chat", "connect", server.address, "--turns"], { stdin: "1\n" });
  assertEquals(said, { code: 0, stdout: "one\n", stderr: "" });
  // The next one is talked to by the same console.
  await using second = await turnsClient(server.address);
  await second.write("again\n");
  for (const text of ["1", "again"]) assertEquals((await next(server, "message")).text, text);
});

Deno.test("chat connect --turns: the other has left before the last word, that is exit 1", async () => {
  const listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  await using client = await turnsClient(`${LOOPBACK}:${listener.addr.port}`);
  const conn = await listener.accept();
  await client.write("1\n");
  await conn.read(new Uint8Array(16));
  conn.close();
  listener.close();
  const { code, stderr } = await client.outcome();
  assertEquals(code, 1);
  assertMatch(stderr, /^pinwire[^\n]* has closed the connection: run it again to go on\n$/);
});

Deno.test("chat serve --turns: a second one is closed at once, and the first goes on", async () => {
  await using server = await turnsServer();
  using first = await Member.dial(server);
  await first.write("1");
  await next(server, "message");
  using second = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  assertEquals(await restOf(second), "");
  assertMatch((await next(server, "error")).message!, /somebody is talking already/);
  await server.write("one\n");
  assertEquals(await first.read(), "one");
});

Deno.test("chat --turns with what it doesn't have is refused", async () => {
  assertMatch(await refusal(["chat", "serve", "--turns", "--timestamps"], 2), /--turns has no --timestamps/);
  assertMatch(await refusal(["chat", "serve", "--turns", "--history-file", "x"], 2), /--history-file/);
  assertMatch(await refusal(["chat", "connect", "--turns", "--nick", "amy"], 2), /--turns has no --nick/);
});

Deno.test("chat serve --turns --until and --once end with their message", async () => {
  for (const options of [["--once"], ["--until", "bye"]]) {
    await using server = await turnsServer(...options);
    using peer = await Member.dial(server);
    await peer.write("bye");
    assertEquals((await next(server, "message")).text, "bye");
    assertEquals([(await server.status).code, await peer.rest()], [0, ""]);
  }
});

Deno.test("chat serve --turns: a browser's request and escape codes do no harm", async () => {
  await using server = await pinwire(["chat", "serve", "127.0.0.1:0", "--turns"]);
  {
    using browser = await Deno.connect({ hostname: LOOPBACK, port: server.port });
    await browser.write(bytes("POST / HTTP/1.1\r\n\r\nend"));
    assertEquals(await restOf(browser), "");
  }
  await server.sees(/HTTP request/, "stderr");
  using peer = await Member.dial(server);
  await peer.write("\x1b[2J\u202e88");
  await server.sees(/^\^\[\[2J<U\+202E>88\n$/);
  assert(!server.stdout.includes("\x1b"));
});

interrupt("chat serve --turns closes who says 200 messages out of turn, and serves the next", async () => {
  await using server = await turnsServer();
  using rude = await Member.dial(server);
  await rude.say(...Array.from({ length: 200 }, (_, i) => `${i}`));
  assertMatch((await next(server, "error")).message!, /says too much before it is its turn$/);
  assertEquals(await rude.rest(), "");
  using polite = await Member.dial(server);
  await polite.say("hi");
  while ((await next(server, "message")).text !== "hi");
  await server.write("hello\n");
  assertEquals(await polite.line(), "hello");
  assertEquals((await server.stop()).code, 0);
});

Deno.test("chat --turns: an empty line is no message, at either end", async () => {
  await using server = await turnsServer();
  await using client = await turnsClient(server.address);
  await client.write("\n\n1\nend\n");
  await server.write("\none\n");
  assertEquals((await next(server, "message")).text, "1");
  assertEquals((await next(client, "message")).text, "one");
  assertEquals((await next(server, "message")).text, "end");
  assertEquals([(await server.outcome()).code, (await client.outcome()).code], [0, 0]);
});

interrupt("Ctrl-C ends either end of chat --turns with 0", async () => {
  await using server = await turnsServer();
  await using client = await turnsClient(server.address);
  await client.write("1\n");
  await next(server, "message");
  assertEquals((await client.stop()).code, 0);
  await next(server, "disconnected");
  assertEquals((await server.stop()).code, 0);
});
