import { assert, assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import { assertStops, bytes, errorsOf, has, isLinux, pinwire, Process, PYTHON } from "./support.ts";
import { memoryOf } from "./support/machine.ts";
import { resetConn, seenBy, startRelay, STREAMS, take, writeAll } from "./support/relay.ts";

/** A program in Python that connects, says that it has, does what it is told, and prints how its reads ended. */
const PEER = `
import socket, struct, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
print("connected", flush=True)
total = 0
try:
    for command in iter(lambda: sys.stdin.readline().strip(), ""):
        word, _, count = command.partition(" ")
        if word == "send": s.sendall(b"x" * int(count))
        if word == "flood":
            while True: s.sendall(b"x" * 1000)
        if word == "end": s.shutdown(socket.SHUT_WR)
        if word == "reset":
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()
        if word == "read":
            while True:
                part = s.recv(65536)
                if not part: break
                total += len(part)
            print("end after", total, flush=True)
        print("did", word, flush=True)
except OSError as error:
    print(type(error).__name__, "after", total, flush=True)
`;

const peer = (port: number) => new Process(PYTHON, ["-c", PEER, `${port}`]);

function withResets(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs ${PYTHON})`, ignore: !isLinux || !has(PYTHON), fn });
}

for (const target of STREAMS) {
  withResets(
    `relay tcp → ${target}: a reset by the client is one for the target, with what came before`,
    async () => {
      await using world = await startRelay(["--json"], { target });
      await using client = peer(world.relay.port);
      using there = await world.listener.accept();
      await client.write("send 5\n");
      assertEquals(await take(there, 5), "xxxxx");
      await client.write("reset\n");
      assertEquals(await seenBy(there), target === "unix" ? "$" : " RST");
      assertEquals((await world.relay.next("disconnected")).reason, "connection reset");
      // A Unix socket has no resets, which is told once.
      const errors = errorsOf(world.relay).map(({ message }) => message);
      assertEquals(errors, target === "unix" ? ["a connection that was to be reset was closed"] : []);
    },
  );
}

withResets("relay passes a reset by the target on to the client, behind what came before", async () => {
  await using world = await startRelay(["--json"]);
  await using client = peer(world.relay.port);
  const there = await world.listener.accept();
  await client.write("send 5\nread\n");
  assertEquals(await take(there, 5), "xxxxx");
  await there.write(bytes("hello"));
  await client.sees(/^did send/m);
  resetConn(there);
  await client.sees(/^ConnectionResetError after [05]$/m);
  assertEquals((await world.relay.next("disconnected")).reason, "connection reset");
  assertEquals(errorsOf(world.relay), []);
});

withResets("relay passes a reset on while bytes are under way and nobody reads them", async () => {
  await using world = await startRelay(["--json"]);
  await using client = peer(world.relay.port);
  using there = await world.listener.accept();
  await client.write("send 20000000\nreset\n");
  let total = 0;
  const memory = new Uint8Array(65_536);
  let ended = "$";
  try {
    for (let n; (n = await there.read(memory)) !== null;) total += n;
  } catch (error) {
    ended = (error as Error).name;
  }
  assertEquals(ended, "ConnectionReset");
  assertLessOrEqual(total, 20_000_000);
  assertEquals((await world.relay.next("disconnected")).reason, "connection reset");
});

withResets("relay resets a client that goes on sending when the target has gone", async () => {
  await using world = await startRelay(["--json"]);
  await using client = peer(world.relay.port);
  const there = await world.listener.accept();
  there.close();
  await client.write("read\n");
  await client.sees(/^end after 0$/m);
  await client.write("flood\n");
  assertMatch((await world.relay.next("disconnected")).reason!, /^connection (reset|closed)$/);
  await client.sees(/^ConnectionResetError|^BrokenPipeError/m);
});

Deno.test({
  name: "relay holds a client up whose target reads nothing, and needs no memory for it",
  ignore: !isLinux,
  async fn() {
    await using world = await startRelay(["--json"]);
    const [slow, there] = await world.connect();
    const [good, target] = await world.connect();
    const chunk = new Uint8Array(65_536);
    const total = 256 * 1024 * 1024;
    const before = await memoryOf(world.relay);
    let written = 0;
    const flooding = (async () => {
      while (written < total) written += await slow.write(chunk);
    })().catch(() => {});
    // Once the relay has stopped reading, nothing more goes, however often others are served.
    for (let last = -1; written !== last;) {
      last = written;
      for (let i = 0; i < 50; i++) {
        await good.write(bytes("ping"));
        assertEquals(await take(target, 4), "ping");
      }
      world.relay.events.length = 0;
    }
    assert(written < 64 * 1024 * 1024, `${written} bytes were taken`);
    assertLessOrEqual(await memoryOf(world.relay) - before, 48 * 1024 * 1024);
    for (const conn of [slow, there, good, target]) conn.close();
    await flooding;
    await assertStops(world.relay);
  },
});

Deno.test("relay passes all on to a target that reads late, and its backpressure", async () => {
  await using world = await startRelay();
  const [client, target] = await world.connect();
  const total = 16 * 1024 * 1024;
  let isWritten = false;
  const writing = writeAll(client, new Uint8Array(total)).then(() => isWritten = true);
  await target.write(bytes("begin"));
  assertEquals([await take(client, 5), isWritten], ["begin", false]);
  const memory = new Uint8Array(65_536);
  for (let read = 0; read < total;) read += (await target.read(memory))!;
  await writing;
  client.close();
  assertEquals(await seenBy(target), "$");
  target.close();
});

Deno.test("relay tcp → ws lets who has asked and ended its side have the answer", async () => {
  const options = ["--reply", "{data}", "--reply-delay", "500", "--quiet"];
  await using echo = await pinwire(["echo", "serve", "ws://127.0.0.1:0", ...options]);
  await using relay = await pinwire(["relay", "127.0.0.1:0", `ws://127.0.0.1:${echo.port}`]);
  using asker = await Deno.connect({ port: relay.port });
  await asker.write(bytes("asked"));
  await asker.closeWrite();
  assertEquals(await seenBy(asker), "asked$");
});

withResets("relay hands on what a target said that reset at once", async () => {
  const target = `
import socket, struct
l = socket.create_server(("127.0.0.1", 0))
print(l.getsockname()[1], flush=True)
while True:
    s, _ = l.accept()
    s.sendall(b"abc")
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
`;
  await using rude = new Process(PYTHON, ["-c", target]);
  await using relay = await pinwire(["relay", "127.0.0.1:0", `127.0.0.1:${await rude.line()}`]);
  const seen: string[] = [];
  for (let i = 0; i < 20; i++) {
    // Its reset may be here before what it said was read, or before we have a connection; but it is no mere end.
    const client = await Deno.connect({ port: relay.port }).catch(() => undefined);
    seen.push(client ? await seenBy(client) : " RST");
    client?.close();
    assertMatch(seen[i], /^(abc)? RST$/);
  }
  assert(seen.some((one) => one.startsWith("abc")), "nothing of what was said came through");
});
