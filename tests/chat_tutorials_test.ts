import { assertEquals, assertMatch } from "@std/assert";
import { has, LOOPBACK, pinwire, PYTHON, python, pythonServer, runPinwire, runPython } from "./support.ts";
import { heard, Member, next, noticed } from "./support/chat.ts";

/** A test against the Python programs in peers/, which stay as a tutorial has them. */
function tutorial(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs ${PYTHON})`, ignore: !has(PYTHON), fn });
}

/** `chat peer`, once it listens. */
async function chatPeer(remote: number, ...options: string[]) {
  const args = ["chat", "peer", "127.0.0.1:0", `127.0.0.1:${remote}`, "--json", ...options];
  const peer = await pinwire(args);
  peer.address = (await peer.next("listening")).address!;
  return peer;
}

/** For two programs that each need the other's port first: passes what it receives on to a port that is named later. */
function relay() {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
  return {
    port: (socket.addr as Deno.NetAddr).port,
    async passOn(port: number) {
      const [data] = await socket.receive(new Uint8Array(1024));
      await socket.send(data, { transport: "udp", hostname: LOOPBACK, port });
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

for (const last of ["end", "88"]) {
  tutorial(`chat connect --turns talks to the turn-based server, and ${last} ends both`, async () => {
    await using server = await pythonServer("chat_turn_server");
    await using client = await pinwire(["chat", "connect", server.address, "--turns", "-e", "gbk"]);
    await client.write("你好\n");
    assertEquals(await server.line(), "你好");
    await server.write("吃了吗\n");
    assertEquals(await client.line(), "吃了吗");
    await client.write(`${last}\n`);
    assertEquals(await client.outcome(), { code: 0, stdout: "吃了吗\n", stderr: "" });
    // What the tutorial's server does with an 88, or with an empty read, is not tested.
    assertEquals(await server.line(), `>${last}`);
    if (last === "end") assertEquals((await server.status).code, 0);
  });
}

tutorial("chat connect --turns hands a script's lines out one for each answer", async () => {
  await using server = await pythonServer("chat_turn_server");
  await using client = await pinwire(["chat", "connect", server.address, "--turns", "-e", "gbk"]);
  await client.write("一\n二\nend\n");
  assertEquals(await server.line(), "一");
  await server.write("1\n");
  assertEquals(await server.line(), ">二");
  await server.write("2\n");
  assertEquals((await client.outcome()).stdout, "1\n2\n");
  assertEquals([(await server.outcome()).stdout.split("\n").slice(1).join("|")], ["一|>二|>end|"]);
});

tutorial("chat serve --turns talks to the turn-based client, and its end ends both", async () => {
  await using server = await pinwire(["chat", "serve", "127.0.0.1:0", "--turns", "-e", "gbk"]);
  await using client = python("chat_turn_client", [LOOPBACK, server.port]);
  await client.write("你好\n");
  assertEquals(await server.line(), "你好");
  await server.write("吃了吗\n");
  await client.sees(/^>吃了吗\n>$/);
  await client.write("end\n");
  assertEquals((await client.outcome()).code, 0);
  const { code, stdout } = await server.outcome();
  assertEquals([code, stdout], [0, "你好\nend\n"]);
});

tutorial(
  "chat connect -e gbk talks to the free-talking server: three piped lines are three of its reads",
  async () => {
    await using server = await pythonServer("chat_free_server");
    await server.write("在吗\n");
    const args = ["chat", "connect", server.address, "-e", "gbk"];
    const said = await runPinwire(args, { stdin: "你好\n吃了吗\nend\n" });
    // The end ends both.
    assertEquals(said, { code: 0, stdout: "在吗\n", stderr: "" });
    assertMatch((await server.outcome()).stdout, /^\d+\n>+你好\n吃了吗\nend\n$/);
  },
);

tutorial("chat serve -e gbk: the free-talking client is a member, and each recv is one line", async () => {
  await using server = await pinwire(["chat", "serve", "127.0.0.1:0", "-e", "gbk", "--json"]);
  await using client = python("chat_free_client", [LOOPBACK, server.port]);
  await noticed(server, /^guest1 has joined/);
  using amy = await Member.dial(server, "gbk");
  await amy.take("amy");
  await client.sees(/is now amy/);
  await client.write("你好\n");
  assertEquals(await amy.hears(), "guest1: 你好");
  assertEquals(await heard(server), "guest1: 你好");
  const before = client.stdout.length;
  await amy.write(Uint8Array.of(0xc4, 0xe3, 0xba, 0xc3, 0x0a, 0x61, 0x0a, 0x62, 0x0a));
  // recv prints exactly the message, and two that were said at once are two.
  await client.sees(/amy: b\n$/);
  assertEquals(client.stdout.slice(before).replaceAll(">", ""), "amy: 你好\namy: a\namy: b\n");
  await client.write("end\n");
  assertEquals((await client.outcome()).code, 0);
  assertEquals(await amy.line(), "* guest1 has left");
});

tutorial("chat serve --greeting none: the free-talking client reads what is said, nothing else", async () => {
  const args = ["chat", "serve", "127.0.0.1:0", "-e", "gbk", "--greeting", "none", "--json"];
  await using server = await pinwire(args);
  await using client = python("chat_free_client", [LOOPBACK, server.port]);
  await client.write("在吗\n");
  assertEquals(await heard(server), "guest1: 在吗");
  await server.write("在\n");
  await client.sees(/server: 在\n$/);
  assertEquals(client.stdout.replaceAll(">", ""), "server: 在\n");
});

tutorial("chat peer is the other side of the two-way GBK program", async () => {
  using there = relay();
  await using python = await pythonServer("udp_two_way", LOOPBACK, there.port);
  await using peer = await chatPeer(python.port, "-e", "gbk");
  await python.write("吃了吗\n");
  await there.passOn(peer.port);
  assertEquals((await peer.next("message")).text, "吃了吗");
  await peer.write("吃了\n");
  assertMatch(await python.line(), /^吃了 \('127\.0\.0\.1', \d+\)$/);
  await python.write("88\n");
  await there.passOn(peer.port);
  assertEquals((await peer.outcome()).code, 0);
});

tutorial("chat peer and the looped GBK receiver: 88 ends both", async () => {
  await using receiver = await pythonServer("udp_print_until_88");
  await using peer = await chatPeer(receiver.port, "-e", "gbk");
  await peer.write("你好\n88\n");
  assertMatch(await receiver.line(), /^你好 /);
  assertEquals([(await receiver.status).code, (await peer.status).code], [0, 0]);
});

tutorial("chat peer and the looped GBK sender: its 88 ends both", async () => {
  using other = relay();
  await using peer = await chatPeer(other.port, "-e", "gbk");
  const sender = await runPython("udp_say_until_88", [LOOPBACK, peer.port], "早上好\n88\n");
  assertEquals(sender.code, 0);
  assertEquals((await next(peer, "message")).text, "早上好");
  assertEquals((await peer.status).code, 0);
});

tutorial("receive --once ends with the one datagram of the GBK sender", async () => {
  await using server = await pinwire(["receive", "udp://127.0.0.1:0", "-e", "gbk", "--once"]);
  await runPython("udp_say_once", [LOOPBACK, server.port], "早上好\n");
  const { code, stdout } = await server.outcome();
  assertMatch(stdout, /早上好/);
  assertEquals(code, 0);
});

tutorial("chat serve takes the message of a sender that leaves what it was greeted with unread", async () => {
  await using server = await pinwire(["chat", "serve", "127.0.0.1:0", "-e", "gbk", "--json"]);
  // The system then resets the connection.
  await runPython("chat_unread", [LOOPBACK, server.port, "你好"]);
  assertEquals(await heard(server), "guest1: 你好");
});

tutorial("chat connect says one line to the GBK receiver that closes without an answer", async () => {
  await using receiver = await pythonServer("gbk_print_once");
  await using client = await pinwire(["chat", "connect", receiver.address, "-e", "gbk"]);
  await client.write("你好\n");
  assertEquals(await receiver.line(), "你好");
  await client.end();
  assertEquals((await client.outcome()).code, 0);
});
