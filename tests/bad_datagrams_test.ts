import { assertEquals, assertMatch } from "@std/assert";
import {
  assertStops,
  bytes,
  has,
  isLinux,
  isRoot,
  LOOPBACK,
  pinwire,
  type Process,
  PYTHON,
  runPinwire,
  runPython,
} from "./support.ts";

/** A UDP socket that goes with the test. */
function datagrams(hostname = LOOPBACK, port = 0) {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port });
  const own = socket.addr as Deno.NetAddr;
  return {
    port: own.port,
    send: (data: string | Uint8Array, to: number) =>
      socket.send(typeof data === "string" ? bytes(data) : data, {
        transport: "udp",
        hostname: LOOPBACK,
        port: to,
      }),
    async receive() {
      const [data] = await socket.receive(new Uint8Array(65_536));
      return new TextDecoder().decode(data);
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

async function echoUdp(...options: string[]): Promise<Process> {
  return await pinwire(["echo", "serve", "udp://127.0.0.1:0", "--json", ...options]);
}

Deno.test({
  name: "65,507 bytes and a stamp fit into no datagram: that is told, and the peer stays",
  ignore: !isLinux,
  async fn() {
    await using server = await echoUdp();
    using good = datagrams();
    using bad = datagrams();
    await bad.send(new Uint8Array(65_507).fill(0x78), server.port);
    assertEquals((await server.next("message")).bytes, 65_507);
    const error = await server.next("error");
    assertEquals(error.peer, `udp://127.0.0.1:${bad.port}`);
    assertMatch(error.message!, /65534.*65507/);
    for (const peer of [bad, good]) {
      await peer.send("hi", server.port);
      assertMatch(await peer.receive(), /^\[.{24}\] hi$/);
    }
  },
});

Deno.test({
  name: "65,507 bytes come back whole from a pure echo",
  ignore: !isLinux,
  async fn() {
    await using server = await echoUdp("--reply", "{data}");
    using peer = datagrams();
    await peer.send(new Uint8Array(65_507).fill(0x78), server.port);
    assertEquals((await peer.receive()).length, 65_507);
  },
});

Deno.test("an empty datagram is a message and is answered", async () => {
  await using server = await echoUdp();
  using peer = datagrams();
  await peer.send("", server.port);
  const message = await server.next("message");
  assertEquals([message.text, message.bytes, message.hex], ["", 0, undefined]);
  assertMatch(await peer.receive(), /^\[.{24}\] $/);
  await using receiver = await pinwire(["receive", "udp://127.0.0.1:0", "--json"]);
  await peer.send("", receiver.port);
  assertEquals((await receiver.next("message")).bytes, 0);
});

Deno.test("send refuses the 65,508 bytes that no datagram holds, and sends the others", async () => {
  await using receiver = await pinwire(["receive", "udp://127.0.0.1:0", "--json"]);
  const stdin = `${"x".repeat(65_508)}\nhi\n`;
  const sent = await runPinwire(["send", receiver.address, "--wait", "0"], { stdin });
  assertEquals(sent.code, 1);
  assertMatch(sent.stderr, /^pinwire send: [^\n]*65508 bytes[^\n]*65507[^\n]*\n$/);
  assertEquals((await receiver.next("message")).text, "hi");
});

Deno.test({
  name: "a datagram from port 19 is not answered, and counted",
  ignore: !isRoot,
  async fn() {
    await using server = await echoUdp("--reply", "{data}");
    // Another address of loopback, lest this machine has a chargen of its own.
    using chargen = datagrams("127.0.0.19", 19);
    using good = datagrams();
    await chargen.send("abcdefg", server.port);
    await server.next("message");
    await good.send("hi", server.port);
    assertEquals(await good.receive(), "hi");
    assertMatch((await server.next("error")).message!, /not answered: 1$/);
    // Nothing has come but what we send now.
    await good.send("marker", server.port);
    assertEquals(await good.receive(), "marker");
    const marker = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
    await marker.send(bytes("marker"), { transport: "udp", hostname: "127.0.0.19", port: 19 });
    marker.close();
    assertEquals(await chargen.receive(), "marker");
  },
});

for (const reply of ["[{time}] {data}", "ok"]) {
  Deno.test({
    name: `two echo servers pointed at each other stop by themselves (--reply '${reply}', as root)`,
    ignore: !isRoot || !has(PYTHON),
    async fn() {
      await using one = await echoUdp("--reply", reply);
      await using two = await echoUdp("--reply", reply);
      // "hi" reaches two as if one had sent it.
      assertEquals((await runPython("udp_forge", [one.port, two.port])).code, 0);
      const stopped = await Promise.race([one.next("error"), two.next("error")]);
      assertMatch(stopped.message!, /not answered: 1$/);
      using good = datagrams();
      for (const server of [one, two]) {
        await good.send("hi", server.port);
        await good.receive();
        await assertStops(server);
      }
      const count = (server: Process) => server.events.filter(({ event }) => event === "message").length - 1;
      // hi → two answers → one answers → two sees its own stamp come back; a fixed answer is known by one.
      assertEquals([count(two), count(one)], reply === "ok" ? [1, 1] : [2, 1]);
    },
  });
}
