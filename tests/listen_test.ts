import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { LOOPBACK, pinwire, restOf, runPinwire } from "./support.ts";
import { PullReader } from "../lib/net/_pull_reader.ts";
import { dial, type InternetAddress, parseAddress } from "../lib/net/mod.ts";
import { bytes, isLinux } from "./support.ts";

const connectTo = (port: number) => Deno.connect({ hostname: LOOPBACK, port });

async function readSome(conn: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(99);
  return new TextDecoder().decode(buffer.subarray(0, await conn.read(buffer) ?? 0));
}

Deno.test("listen is for one peer: nobody else gets in", async () => {
  await using server = await pinwire(["listen", "127.0.0.1:0"]);
  using peer = await connectTo(server.port);
  await server.sees(/ connected\n/, "stderr");
  await assertRejects(() => connectTo(server.port), Deno.errors.ConnectionRefused);
  await peer.write(bytes("hello"));
  await server.sees(/^hello$/);
  await server.write("answer");
  assertEquals(await readSome(peer), "answer");
  await server.end();
  await peer.closeWrite();
  const { code, stdout, stderr } = await server.outcome();
  assertEquals([code, stdout], [0, "hello"]);
  assertMatch(
    stderr,
    /^pinwire listen: listening on [^\n]+\npinwire listen: (\S+) connected\npinwire listen: \1 left/,
  );
});

Deno.test("listen --keep-open serves one peer after the other; who comes meanwhile waits", async () => {
  await using server = await pinwire(["listen", "127.0.0.1:0", "--keep-open", "--json"]);
  const first = await connectTo(server.port);
  await server.next("connected");
  using second = await connectTo(server.port);
  await second.write(bytes("second"));
  await first.write(bytes("first"));
  assertEquals((await server.next("message")).text, "first");
  await server.write("to the first");
  assertEquals(await readSome(first), "to the first");
  await server.end();
  assertEquals(await restOf(first), "");
  first.close();
  assertEquals((await server.next("message")).text, "second");
  // Stdin has ended for all.
  assertEquals(await restOf(second), "");
  second.close();
  await server.next("disconnected");
  await server.next("disconnected");
  await server.stop();
});

Deno.test({
  name: "listen ends with 1 when its peer resets; with --keep-open what stdin gives then goes to the next",
  ignore: !isLinux,
  async fn() {
    const reset = async (port: number) => {
      const connection = await dial(parseAddress(`${port}`, { schemes: ["tcp"] }));
      await connection.write(bytes("x"));
      return connection;
    };
    await using once = await pinwire(["listen", "127.0.0.1:0"]);
    const only = await reset(once.port);
    await once.sees(/x/);
    only.reset();
    const { code, stderr } = await once.outcome();
    assertEquals(code, 1);
    assertMatch(stderr, /\npinwire: tcp:\S+ reset the connection\n$/);

    await using server = await pinwire(["listen", "127.0.0.1:0", "--keep-open", "--json"]);
    const first = await reset(server.port);
    await server.next("message");
    first.reset();
    assertEquals((await server.next("disconnected")).reason, "connection reset");
    await server.write("kept");
    const next = await dial(parseAddress(`${server.port}`, { schemes: ["tcp"] }));
    assertEquals(await new PullReader(next).text(), "kept");
    next.close();
  },
});

Deno.test("listen over UDP answers the first sender, and passes over what others send", async () => {
  await using server = await pinwire(["listen", "udp://127.0.0.1:0", "--json", "--wait", "0"]);
  const [peer, other] = [1, 2].map(() => {
    return Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
  });
  const to: Deno.NetAddr = { transport: "udp", hostname: LOOPBACK, port: server.port };
  // What is said before there is a peer waits for one.
  await server.write("question");
  await peer.send(bytes("hello"), to);
  assertEquals((await server.next("message")).text, "hello");
  assertEquals(new TextDecoder().decode((await peer.receive())[0]), "question");
  await other.send(bytes("me too"), to);
  await peer.send(bytes("again"), to);
  assertEquals((await server.next("message")).text, "again");
  await server.end();
  assertEquals((await server.outcome()).code, 0);
  peer.close();
  other.close();
});

Deno.test("receive --raw over UDP writes each datagram's bytes; --once ends after one", async () => {
  await using server = await pinwire(["receive", "udp://127.0.0.1:0", "--raw", "--once"]);
  const { port } = parseAddress(server.address, { schemes: ["udp"] }) as InternetAddress;
  await runPinwire(["send", `udp://127.0.0.1:${port}`, "--hex", "610a"]);
  assertEquals((await server.outcome()).stdout, "a\n");
});

Deno.test("receive --once-peer prints all that one peer says, and ends when it has gone", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0", "--once-peer"]);
  await runPinwire(["send", server.address, "--wait", "0"], { stdin: "one\ntwo\n" });
  const { code, stdout, stderr } = await server.outcome();
  assertEquals(code, 0);
  assertMatch(stdout, /^127\.0\.0\.1:\d+: one\n127\.0\.0\.1:\d+: two\n$/);
  // The peer went by itself.
  assertMatch(stderr, /left \(end of stream\)\n$/);
});

Deno.test("receive --raw takes no --json, and knows --until", async () => {
  const { code, stderr } = await runPinwire(["receive", "0", "--raw", "--json"]);
  assertEquals([code, stderr], [2, "pinwire: --raw has no --json: leave one of the two out\n"]);
  await using server = await pinwire(["receive", "127.0.0.1:0", "--raw", "--until", "88"]);
  await runPinwire(["send", server.address, "--wait", "0"], { stdin: "1\r\n88\n" });
  assertEquals([(await server.outcome()).code, server.stdout], [0, "1\r\n88\n"]);
});
