import { assert, assertEquals, assertMatch } from "@std/assert";
import { ask, isWindows, LOOPBACK, pinwire, runPinwire, tempDir } from "./support.ts";
import { connectAs, GREETING, heard, noticed } from "./support/chat.ts";
import { agent, reports, through } from "./support/led.ts";
import { RawWebSocket } from "./support/web_socket.ts";

Deno.test("a chat over ws:// is one for our client and for a page's plain lines", async () => {
  await using server = await pinwire(["chat", "serve", "ws://127.0.0.1:0", "--json"]);
  await using amy = await connectAs("amy", server);
  using page = await RawWebSocket.open(server.port, {
    fields: { Origin: `http://${LOOPBACK}:${server.port}` },
  });
  assertEquals(await page.next(), `text ${GREETING}`);
  await page.send("/nick bob");
  await page.send("hello, 你好");
  assertEquals(await heard(amy), "bob: hello, 你好");
  await amy.write("hi bob\n");
  for (let line; (line = await page.next()) !== "text amy: hi bob";) assert(line !== "end");
  await page.send("/quit");
  await noticed(amy, /bob/);
});

Deno.test("members over ws:// hear the same lines, however many they are and whatever each speaks", async () => {
  await using server = await pinwire(["chat", "serve", "ws://127.0.0.1:0", "--json", "--rate", "0"]);
  const members = await Promise.all(Array.from({ length: 30 }, () => RawWebSocket.open(server.port)));
  for (const [i, member] of members.entries()) await member.send(`/nick m${i}`);
  await using amy = await connectAs("amy", server);
  for (let i = 0; i < 50; i++) await members[0].send(`line ${i}`);
  for (const member of members.slice(1)) {
    const lines: string[] = [];
    while (lines.length < 50) {
      const line = await member.next();
      assert(line !== "end");
      if (/^text m0: line/.test(line)) lines.push(line);
    }
    assertEquals(lines, Array.from({ length: 50 }, (_, i) => `text m0: line ${i}`));
    member[Symbol.dispose]();
  }
  for (let i = 0; i < 50; i++) assertEquals(await heard(amy), `m0: line ${i}`);
  members[0][Symbol.dispose]();
});

Deno.test({
  name: "LEDs over ws:// are switched, and a token is proven; over wss:// too",
  ignore: isWindows,
  async fn() {
    await using dir = await tempDir();
    const token = ["--token-file", `${dir.path}/token`];
    await runPinwire(["cert", "localhost", LOOPBACK, "--out", dir.path]);
    const files = ["--tls-cert", `${dir.path}/pinwire-cert.pem`, "--tls-key", `${dir.path}/pinwire-key.pem`];
    for (const scheme of ["ws", "wss"]) {
      const [tls, ca] = scheme === "wss" ? [files, ["--ca", files[1]]] : [[], []];
      await using server = await pinwire([
        "led",
        "serve",
        `${scheme}://127.0.0.1:0`,
        "--json",
        ...token,
        ...tls,
      ]);
      assertMatch(server.address, new RegExp(`^${scheme}://`));
      await using lamp = await agent(server.address, "lamp", ...token, ...ca);
      await server.next("device");
      const { code, stdout } = await through(server, "on", "lamp", ...token, ...ca);
      assertEquals([code, stdout !== ""], [0, true]);
      await reports(server, "lamp", true);
      assertEquals((await through(server, "off", "lamp", ...ca)).code, 1);
      assertEquals((await lamp.next("connected")).peer, server.address);
    }
  },
});

Deno.test("a relay lets pages speak with a server of plain TCP, and ends as that ends", async () => {
  await using echo = await pinwire([
    "echo",
    "serve",
    "127.0.0.1:0",
    "--reply",
    "{data}",
    "--close-after",
    "3",
  ]);
  await using relay = await pinwire(["relay", "ws://127.0.0.1:0", echo.address, "--json"]);
  using page = await RawWebSocket.open(relay.port);
  await page.send("one");
  assertEquals(await page.next(), "text one");
  await page.send(new Uint8Array([1, 2]));
  assertEquals(await page.next(), "binary 0102");
  await page.send("three");
  assertEquals([await page.next(), await page.next()], ["text three", "close 1000"]);
  const { from, bytes } = await relay.next("data") as unknown as { from: string; bytes: number };
  assertEquals([from, bytes], ["client", 3]);
});

Deno.test("a relay takes TCP to a WebSocket, and closes it once TCP has ended", async () => {
  await using echo = await pinwire(["echo", "serve", "ws://127.0.0.1:0", "--reply", "{data}!", "--json"]);
  await using relay = await pinwire(["relay", "127.0.0.1:0", echo.address]);
  {
    using conn = await Deno.connect({ hostname: LOOPBACK, port: relay.port });
    assertEquals(await ask(conn, "hello"), "hello!");
  }
  assertEquals((await echo.next("disconnected")).reason, "end of stream");
});

Deno.test("a relay between two WebSockets keeps text text and bytes bytes", async () => {
  await using echo = await pinwire(["echo", "serve", "ws://127.0.0.1:0", "--reply", "{data}"]);
  await using relay = await pinwire(["relay", "ws://127.0.0.1:0", echo.address]);
  using page = await RawWebSocket.open(relay.port);
  await page.send("text");
  await page.send(new Uint8Array([0xff]));
  assertEquals([await page.next(), await page.next()], ["text text", "binary ff"]);
});

Deno.test("a relay takes each message for a line, and passes it on without a newline of its own", async () => {
  await using echo = await pinwire(["echo", "serve", "ws://127.0.0.1:0", "--reply", "{data}"]);
  const shown = ["--frame", "line", "--json", "--trace", "--no-color"];
  await using relay = await pinwire(["relay", "ws://127.0.0.1:0", echo.address, ...shown]);
  using page = await RawWebSocket.open(relay.port);
  for (const word of ["one", "two"]) {
    await page.send(word);
    assertEquals(await page.next(), `text ${word}`);
    for (const from of ["client", "target"]) {
      const { from: told, bytes, frames } = await relay.next("data") as unknown as Record<string, unknown>;
      assertEquals([told, bytes, frames], [from, 3, [3]]);
    }
  }
  // The trace comes by another pipe than the events.
  await relay.sees(/(?:3 bytes, 1 frame \(line\)[^]*){4}/, "stderr");
  assertEquals(relay.stderr.match(/3 bytes, 1 frame \(line\)/g)?.length, 4, relay.stderr);
});

Deno.test("receive --raw and connect pass a file over ws:// byte for byte", async () => {
  await using listener = await pinwire(["receive", "ws://127.0.0.1:0", "--raw", "--once"]);
  const sent = "no newline at the end\n\0\xff and more\n".repeat(10_000) + "x";
  const { code } = await runPinwire(["connect", listener.address], { stdin: sent });
  assertEquals(code, 0);
  assertEquals((await listener.outcome()).stdout, sent);
});

Deno.test("listen is a server of one WebSocket", async () => {
  await using listener = await pinwire(["listen", "ws://127.0.0.1:0"]);
  using page = await RawWebSocket.open(listener.port);
  await page.send("from the page");
  assertEquals(await listener.line(), "from the page");
  await listener.write("back\n");
  assertMatch(await page.next(), /^(text|binary) (back|6261636b0a)\n?$/);
});

Deno.test("receive prints each message as a line, with who sent it", async () => {
  await using receiver = await pinwire(["receive", "ws://127.0.0.1:0", "--json"]);
  await runPinwire(["send", receiver.address, "one", "--wait", "0.2"]);
  const event = await receiver.next("message");
  assertEquals(event.text, "one");
  assertMatch(`${event.peer}`, /^ws:\/\/127\.0\.0\.1:\d+$/);
});

Deno.test("probe tells of a WebSocket, and of what is none", async () => {
  await using echo = await pinwire(["echo", "serve", "ws://127.0.0.1:0"]);
  await using plain = await pinwire(["echo", "serve", "127.0.0.1:0"]);
  const good = await runPinwire(["probe", echo.address, "--json"]);
  assertEquals([good.code, JSON.parse(good.stdout).state], [0, "open"]);
  const bad = await runPinwire(["probe", `ws://${LOOPBACK}:${plain.port}/x`, "--json"]);
  assertEquals(bad.code, 1);
  assertMatch(bad.stdout, /"state":"closed","reason":"ws:\/\/\S+ does not speak WebSocket"/);
});

Deno.test("--trace shows the messages as they are, and --record says that it has those", async () => {
  await using dir = await tempDir();
  const file = `${dir.path}/r.pcapng`;
  await using echo = await pinwire([
    "echo",
    "serve",
    "ws://127.0.0.1:0",
    "--trace",
    "--record",
    file,
    "--reply",
    "{data}",
  ]);
  await runPinwire(["send", echo.address, "hello", "--wait", "0.2"]);
  await echo.sees(/◀ read {2}ws:\/\/\S+ {2}5 bytes/, "stderr");
  await echo.stop();
  const recorded = new TextDecoder("latin1").decode(await Deno.readFile(file));
  assertMatch(recorded, /a WebSocket, of which the bytes of its messages are recorded/);
  assertMatch(recorded, /hello/);
});
