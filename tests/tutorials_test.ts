import { assertEquals, assertMatch } from "@std/assert";
import {
  ask,
  has,
  pinwire,
  PYTHON,
  python,
  pythonServer,
  runPinwire,
  runPython,
  tempDir,
} from "./support.ts";

/** `[Sat Nov 21 10:00:00 2026] ` as C's asctime writes it: the day of the month padded with a space. */
const STAMP = String.raw`\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\] `;

/** A test against the Python programs in peers/, which stay as a tutorial has them. */
function tutorial(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs ${PYTHON})`, ignore: !has(PYTHON), fn });
}

tutorial("echo serve stamps the lines of the timestamp client", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0"]);
  const client = await runPython("stamp_client", ["127.0.0.1", server.port], "hello\n\n");
  assertMatch(client.stdout, new RegExp(`^> ${STAMP}hello\n> $`));
  assertEquals(client.code, 0);
});

tutorial("echo connect talks to the timestamp server, an answer a line", async () => {
  await using server = await pythonServer("stamp_server");
  const client = await runPinwire(["echo", "connect", server.address], { stdin: "hello\nworld\n" });
  assertMatch(client.stdout, new RegExp(`^${STAMP}hello\n${STAMP}world\n$`));
  assertEquals([client.code, client.stderr], [0, ""]);
});

tutorial("echo connect ends on an empty line, as the timestamp client does", async () => {
  await using server = await pythonServer("stamp_server");
  const client = await runPinwire(["echo", "connect", server.address], { stdin: "hello\n\nworld\n" });
  assertMatch(client.stdout, new RegExp(`^${STAMP}hello\n$`));
  assertEquals(client.code, 0);
});

tutorial("receive --once prints the GBK sender's message and who sent it", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0", "--encoding", "gbk", "--once"]);
  const sender = await runPython("gbk_send", ["127.0.0.1", server.port], "你好\n");
  assertEquals(sender.code, 0);
  const { code, stdout } = await server.outcome();
  assertMatch(stdout, /你好/);
  assertMatch(stdout, /127\.0\.0\.1:\d+/);
  assertEquals(code, 0);
});

tutorial("receive --once --json tells the GBK message's text and length", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0", "-e", "gbk", "--once", "--json"]);
  await runPython("gbk_send", ["127.0.0.1", server.port], "你好\n");
  const { peer } = await server.next("connected");
  const message = await server.next("message");
  assertMatch(peer!, /^tcp:\/\/127\.0\.0\.1:\d+$/);
  assertEquals([message.peer, message.text, message.bytes], [peer, "你好", 4]);
  assertEquals((await server.status).code, 0);
});

tutorial("echo serve --reply gives the looped server's answer", async () => {
  const reply = "where you are? ----OK----";
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--reply", reply]);
  const client = await runPython("stamp_client", ["127.0.0.1", server.port], "hello\nagain\n\n");
  assertEquals(client.stdout, `> ${reply}\n> ${reply}\n> `);
});

tutorial("send prints the answer of the server that answers once", async () => {
  await using server = await pythonServer("where_once");
  const { code, stdout, stderr } = await runPinwire(["send", server.address, "hello"]);
  assertEquals([code, stdout.trimEnd(), stderr], [0, "where you are? ----OK----", ""]);
  assertEquals((await server.status).code, 0);
  assertEquals(await server.line(), "hello");
});

tutorial("send prints the answer of the looped server, which goes on", async () => {
  await using server = await pythonServer("where_forever");
  for (const message of ["hello", "again"]) {
    const { code, stdout, stderr } = await runPinwire(["send", server.address, message]);
    assertEquals([code, stdout.trimEnd(), stderr], [0, "where you are? ----OK----", ""]);
    assertEquals(await server.line(), message);
  }
});

tutorial("receive --until 88 prints GBK datagrams and ends with the sender", async () => {
  await using server = await pinwire(["receive", "udp://127.0.0.1:0", "--encoding", "gbk", "--until", "88"]);
  const once = await runPython("udp_say_once", ["127.0.0.1", server.port], "早上好\n");
  const looped = await runPython("udp_say_until_88", ["127.0.0.1", server.port], "你好\n88\n");
  assertEquals([once.code, looped.code], [0, 0]);
  const { code, stdout } = await server.outcome();
  assertMatch(stdout, /早上好[^]*你好[^]*88/);
  assertMatch(stdout, /127\.0\.0\.1:\d+/);
  assertEquals(code, 0);
});

tutorial("receive --until 88 --json tells each datagram and its sender", async () => {
  await using server = await pinwire([
    "receive",
    "udp://127.0.0.1:0",
    "-e",
    "gbk",
    "--until",
    "88",
    "--json",
  ]);
  await runPython("udp_say_until_88", ["127.0.0.1", server.port], "你好\n88\n");
  const first = await server.next("message");
  const last = await server.next("message");
  assertMatch(first.peer!, /^udp:\/\/127\.0\.0\.1:\d+$/);
  assertEquals([first.text, first.bytes], ["你好", 4]);
  assertEquals([last.text, last.bytes, last.peer], ["88", 2, first.peer]);
  assertEquals((await server.status).code, 0);
});

tutorial("send --until 88 speaks to the looped GBK receiver and both end", async () => {
  await using receiver = await pythonServer("udp_print_until_88");
  await using sender = await pinwire(["send", `udp://${receiver.address}`, "-e", "gbk", "--until", "88"]);
  // Its stdin stays open: it is the 88 that ends it.
  await sender.write("你好\n88\n");
  assertEquals(await sender.outcome(), { code: 0, stdout: "", stderr: "" });
  assertMatch(await receiver.line(), /^你好 \('127\.0\.0\.1', \d+\)$/);
  assertMatch(await receiver.line(), /^88 /);
  assertEquals((await receiver.status).code, 0);
});

tutorial("send reaches the GBK receiver that takes one datagram", async () => {
  await using receiver = await pythonServer("udp_print_once");
  const sender = await runPinwire(["send", `udp://${receiver.address}`, "你好", "--encoding", "gbk"]);
  assertEquals(sender, { code: 0, stdout: "", stderr: "" });
  assertMatch(await receiver.line(), /^你好 /);
});

tutorial("receive and send are the other side of the two-way GBK program", async () => {
  await using ear = await pinwire(["receive", "udp://127.0.0.1:0", "--encoding", "gbk", "--json"]);
  await using peer = await pythonServer("udp_two_way", "127.0.0.1", ear.port);
  await peer.write("吃了吗\n");
  assertEquals((await ear.next("message")).text, "吃了吗");
  await runPinwire(["send", `udp://${peer.address}`, "吃了", "--encoding", "gbk"]);
  assertMatch(await peer.line(), /^吃了 /);
});

tutorial("echo serve --reply '{data}-{peer}' answers the asking datagram", async () => {
  const address = "udp://127.0.0.1:0";
  await using server = await pinwire(["echo", "serve", address, "--reply", "{data}-{peer}", "--json"]);
  const client = await runPython("udp_ask", ["127.0.0.1", server.port], "hello\n");
  const { peer } = await server.next("message");
  assertEquals(client.stdout, `ask: hello-${peer!.replace("udp://", "")}\n`);
});

tutorial("send --wait prints the answer of the answering UDP server", async () => {
  await using server = await pythonServer("udp_answer");
  const sender = await runPinwire(["send", `udp://${server.address}`, "hello", "--wait", "1"]);
  assertMatch(sender.stdout, /^hello-\('127\.0\.0\.1', \d+\)\n?$/);
  assertEquals([sender.code, sender.stderr], [0, ""]);
});

tutorial("echo serve --reply ok --once answers the hello client and ends", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--reply", "ok", "--once"]);
  const client = await runPython("hello_client", ["127.0.0.1", server.port]);
  assertEquals([client.code, client.stdout], [0, "ok\n"]);
  assertEquals((await server.status).code, 0);
});

tutorial("send prints the ok of the server that serves once", async () => {
  await using server = await pythonServer("ok_once");
  const { code, stdout, stderr } = await runPinwire(["send", server.address, "hello"]);
  assertEquals([code, stdout.trimEnd(), stderr], [0, "ok", ""]);
  assertEquals(await server.line(), "hello");
  assertEquals((await server.status).code, 0);
});

tutorial("send reaches the GBK receiver that closes without an answer", async () => {
  await using server = await pythonServer("gbk_print_once");
  const sender = await runPinwire(["send", server.address, "你好", "--encoding", "gbk"]);
  assertEquals(sender, { code: 0, stdout: "", stderr: "" });
  assertEquals(await server.line(), "你好");
});

tutorial("receive --once prints the haha of its sender", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0", "--encoding", "gbk", "--once"]);
  await runPython("haha", ["127.0.0.1", server.port]);
  const { code, stdout } = await server.outcome();
  assertMatch(stdout, /haha/);
  assertEquals(code, 0);
});

tutorial("a silent timestamp client doesn't keep the next from its answer", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--json"]);
  await using silent = python("stamp_client", ["127.0.0.1", server.port]);
  await server.next("connected");
  const second = await runPython("stamp_client", ["127.0.0.1", server.port], "hello\n\n");
  assertMatch(second.stdout, new RegExp(`${STAMP}hello\n`));
  await silent.write("here too\n\n");
  assertMatch((await silent.outcome()).stdout, new RegExp(`${STAMP}here too\n`));
});

tutorial("a silent client doesn't keep receive from the next sender's message", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0", "--encoding", "gbk", "--json"]);
  await using silent = python("stamp_client", ["127.0.0.1", server.port]);
  const { peer } = await server.next("connected");
  await runPython("gbk_send", ["127.0.0.1", server.port], "你好\n");
  assertEquals((await server.next("message")).text, "你好");
  await silent.write("moi\n");
  const message = await server.next("message");
  assertEquals([message.peer, message.text], [peer, "moi"]);
});

tutorial("a silent client doesn't keep --once from the one who asks", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--reply", "ok", "--once", "--json"]);
  using silent = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await server.next("connected");
  const client = await runPython("hello_client", ["127.0.0.1", server.port]);
  assertEquals(client.stdout, "ok\n");
  assertEquals((await server.status).code, 0);
  assertEquals(await silent.read(new Uint8Array(1)), null);
});

Deno.test({
  name: "two clients at once on a Unix socket",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using dir = await tempDir();
    const path = `${dir.path}/echo`;
    await using server = await pinwire(["echo", "serve", `unix:${path}`, "--reply", "{data}"]);
    using silent = await Deno.connect({ transport: "unix", path });
    using second = await Deno.connect({ transport: "unix", path });
    assertEquals(await ask(second, "second"), "second");
    assertEquals(await ask(silent, "first"), "first");
    assertEquals((await server.stop()).code, 0);
  },
});

Deno.test("two clients at once over TLS, one of which never shakes hands", async () => {
  await using dir = await tempDir();
  await runPinwire(["cert", "localhost", "127.0.0.1", "--out", dir.path]);
  const cert = `${dir.path}/pinwire-cert.pem`;
  const files = ["--tls-cert", cert, "--tls-key", `${dir.path}/pinwire-key.pem`];
  await using server = await pinwire(["echo", "serve", "tls://127.0.0.1:0", "--reply", "{data}", ...files]);
  const caCerts = [await Deno.readTextFile(cert)];
  const { port } = server;
  using _mute = await Deno.connect({ hostname: "127.0.0.1", port });
  using silent = await Deno.connectTls({ hostname: "127.0.0.1", port, caCerts });
  await silent.handshake();
  using second = await Deno.connectTls({ hostname: "127.0.0.1", port, caCerts });
  assertEquals(await ask(second, "second"), "second");
  assertEquals(await ask(silent, "first"), "first");
});

tutorial("two clients at once over UDP each get their own answer", async () => {
  await using server = await pinwire(["echo", "serve", "udp://127.0.0.1:0", "--reply", "{data}"]);
  await using first = python("udp_ask", ["127.0.0.1", server.port]);
  await first.sees(/ask: /);
  const second = await runPython("udp_ask", ["127.0.0.1", server.port], "second\n");
  assertEquals(second.stdout, "ask: second\n");
  await first.write("first\n");
  assertEquals((await first.outcome()).stdout, "ask: first\n");
});
