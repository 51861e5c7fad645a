import { assertEquals, assertMatch } from "@std/assert";
import { DatagramInbox } from "../lib/net/_datagram_inbox.ts";
import { bindDatagram, parseAddress } from "../lib/net/mod.ts";
import { PullReader } from "../lib/net/_pull_reader.ts";
import { bytes, interrupt, isLinux, pinwire, runPinwire } from "./support.ts";
import { shell, shelled, tcpPeer } from "./support/bytes.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("send gives the bytes of stdin, connect too: two lines are eight bytes", async () => {
  for (const command of ["send", "connect"]) {
    using peer = await tcpPeer();
    const running = runPinwire([command, peer.address], { stdin: "one\ntwo\n" });
    const connection = await peer.accept();
    let got = "";
    await connection.receive((read) => void (got += text(read)));
    connection.close();
    assertEquals([got, await running], ["one\ntwo\n", { code: 0, stdout: "", stderr: "" }]);
  }
});

Deno.test("connect goes on sending to a peer that has ended its side", async () => {
  using peer = await tcpPeer();
  await using client = await pinwire(["connect", peer.address, "--json"]);
  const connection = await peer.accept();
  const reader = new PullReader(connection);
  await connection.write(bytes("last words"));
  await connection.closeWrite();
  assertEquals((await client.next("message")).text, "last words");
  await client.write("still here");
  assertEquals(await reader.text(), "still here");
  await client.end();
  assertEquals(await reader.text(), undefined);
  connection.close();
  assertEquals((await client.outcome()).code, 0);
});

Deno.test("connect goes on taking what comes once its stdin has ended", async () => {
  using peer = await tcpPeer();
  await using client = await pinwire(["connect", peer.address]);
  const connection = await peer.accept();
  await client.end();
  assertEquals(await new PullReader(connection).text(), undefined);
  await connection.write(bytes("an answer"));
  await client.sees(/^an answer$/);
  await connection.closeWrite();
  connection.close();
  assertEquals(await client.outcome(), { code: 0, stdout: "an answer", stderr: "" });
});

Deno.test({
  name: "connect and send end with 1 at a reset, though stdin goes on",
  ignore: !isLinux,
  async fn() {
    for (const command of ["connect", "send"]) {
      using peer = await tcpPeer();
      await using client = await pinwire([command, peer.address]);
      const connection = await peer.accept();
      await client.write("x");
      await new PullReader(connection).text();
      connection.reset();
      const { code, stdout, stderr } = await client.outcome();
      assertEquals([code, stdout], [1, ""]);
      assertMatch(stderr, /^pinwire: tcp:\S+ reset the connection\n$/);
    }
  },
});

interrupt("connect and listen end with 0 at Ctrl-C, though stdin goes on", async () => {
  using peer = await tcpPeer();
  await using client = await pinwire(["connect", peer.address]);
  const connection = await peer.accept();
  await connection.write(bytes("x"));
  await client.sees(/x/);
  assertEquals((await client.stop()).code, 0);
  connection.close();
  await using server = await pinwire(["listen", "127.0.0.1:0"]);
  assertEquals((await server.stop()).code, 0);
});

shelled("connect takes a stdin that is closed, or that is nothing, for one that has ended", async () => {
  for (const stdin of ["<&-", "</dev/null"]) {
    using peer = await tcpPeer();
    await using client = shell(["connect", peer.address], stdin);
    const connection = await peer.accept();
    assertEquals(await new PullReader(connection).text(), undefined);
    await connection.write(bytes("hello"));
    await connection.closeWrite();
    connection.close();
    assertEquals(await client.outcome(), { code: 0, stdout: "hello", stderr: "" });
  }
});

shelled("connect and send say why stdin can't be read, and end with 1", async () => {
  for (const command of ["connect", "send"]) {
    using peer = await tcpPeer();
    await using client = shell([command, peer.address], "</");
    const connection = await peer.accept();
    const { code, stdout, stderr } = await client.outcome();
    connection.close();
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^pinwire: stdin can't be read \(.*directory.*\n$/);
  }
});

shelled("connect and send end quietly when nobody reads stdout any more", async () => {
  for (const [command, ...options] of [["connect"], ["send"], ["send", "--until", "x"]]) {
    using peer = await tcpPeer();
    await using client = shell([command, peer.address, ...options], "</dev/null | head -c 5");
    const connection = await peer.accept();
    const flood = new Uint8Array(65_536).fill(0x2e);
    try {
      for (;;) await connection.write(flood);
    } catch {
      connection.close();
    }
    assertEquals(await client.outcome(), { code: 0, stdout: ".....", stderr: "" });
  }
});

Deno.test({
  name: "connect, send and receive --raw say that the disk is full, in one sentence, and end with 1",
  ignore: !isLinux,
  async fn() {
    for (const command of ["connect", "send"]) {
      using peer = await tcpPeer();
      await using client = shell([command, peer.address], "</dev/null >/dev/full");
      const connection = await peer.accept();
      await connection.write(bytes("hello"));
      const { code, stderr } = await client.outcome();
      connection.close();
      assertEquals(code, 1);
      assertMatch(stderr, /^pinwire: the output can't be written \(No space [^\n]*\n$/);
    }
    await using server = shell(["receive", "127.0.0.1:0", "--raw", "--once", "--quiet"], ">/dev/full");
    const [, address] = await server.sees(/listening on (\S+)/, "stderr");
    await runPinwire(["send", address, "hello"]);
    assertEquals((await server.outcome()).code, 1);
    assertMatch(server.stderr, /\npinwire: the output can't be written \(No space [^\n]*\n$/);
  },
});

Deno.test("connect --json tells of each read in place of bytes, a cut character with its end", async () => {
  using peer = await tcpPeer();
  await using client = await pinwire(["connect", peer.address, "--json"]);
  const connection = await peer.accept();
  assertEquals((await client.next("connected")).peer, `tcp://${peer.address}`);
  await connection.write(new Uint8Array([0x61, 0xe4]));
  const first = await client.next("message");
  await connection.write(new Uint8Array([0xbd, 0xa0, 0x0a]));
  const second = await client.next("message");
  assertEquals([first.text, first.bytes, second.text, second.bytes], ["a", 2, "你\n", 3]);
  await connection.closeWrite();
  await client.end();
  connection.close();
  assertEquals((await client.next("disconnected")).reason, "end of stream");
  assertEquals((await client.outcome()).code, 0);
});

Deno.test("connect --json with another --frame tells of its messages", async () => {
  using peer = await tcpPeer();
  await using client = await pinwire(["connect", peer.address, "--json", "--frame", "netstring"]);
  const connection = await peer.accept();
  await connection.write(bytes("2:a"));
  await connection.write(bytes("b,1:c,"));
  assertEquals([(await client.next("message")).text, (await client.next("message")).text], ["ab", "c"]);
  // What a pipe gives goes as it is.
  await client.write("raw");
  assertEquals(await new PullReader(connection).text(), "raw");
  await connection.closeWrite();
  await client.end();
  connection.close();
  assertEquals((await client.outcome()).code, 0);
});

Deno.test("connect sends a datagram a read, and writes the bytes of those that come", async () => {
  const address = parseAddress("udp://127.0.0.1:0", { schemes: ["udp"] });
  if (address.scheme !== "udp") throw new TypeError();
  const socket = await bindDatagram(address);
  await using client = await pinwire(["connect", socket.address, "--wait", "0.2"]);
  const inbox = new DatagramInbox(socket);
  for (const datagram of ["one\n", "two"]) {
    await client.write(datagram);
    const { text, from } = (await inbox.next())!;
    assertEquals(text, datagram);
    await socket.send(new Uint8Array([0xff, 0x0a]), from!);
  }
  await client.end();
  const { code, stdout, stderr } = await client.outcome();
  assertEquals([code, stdout, stderr], [0, "\ufffd\n\ufffd\n", ""]);
  socket.close();
});

Deno.test("connect over UDP ends with 1 where --wait was given and nothing came", async () => {
  const silent = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const at = `udp://127.0.0.1:${(silent.addr as Deno.NetAddr).port}`;
  const { code, stderr } = await runPinwire(["connect", at, "--wait", "0.05"], { stdin: "x" });
  assertEquals(code, 1);
  assertMatch(stderr, /^pinwire: no answer from udp:\S+ within 0\.05 s: [^\n]+\n$/);
  silent.close();
});

Deno.test("connect --wait says at once that a server closed without an answer", async () => {
  using peer = await tcpPeer();
  const running = runPinwire(["connect", peer.address, "--wait", "100"], { stdin: "hello\n" });
  const connection = await peer.accept();
  await connection.receive(() => {});
  connection.close();
  const { code, stderr } = await running;
  assertEquals(code, 1);
  assertMatch(stderr, /closed the connection without an answer/);
});
