import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  assertStops,
  bytes,
  errorsOf,
  has,
  isGone,
  isLinux,
  isWindows,
  LOOPBACK,
  Process,
  PYTHON,
  testUnless,
  whyNoEndOfWrites,
  whyNoFlags,
} from "./support.ts";
import { type RelayWorld, seenBy, startRelay, take, writeAll } from "./support/relay.ts";

/** What both ends see when the target has said `said` and then ends its side, through a relay with these options. */
async function seen(said: string, ...options: string[]): Promise<[client: string, target: string]> {
  await using world = await startRelay(["--quiet", ...options]);
  // A reset at byte 0 may come before the target has accepted.
  const accepting = world.listener.accept().catch((error) => {
    if (!isGone(error)) throw error;
    return undefined;
  });
  using client = await world.dial();
  using target = await accepting;
  const ends = Promise.all([seenBy(client), target ? seenBy(target) : " RST"]);
  try {
    if (target) await writeAll(target, bytes(said));
    await client.closeWrite();
    await target?.closeWrite();
  } catch {
    // It was cut off before.
  }
  return await ends;
}

Deno.test("relay --cut N:down: the client sees N bytes and the end", async () => {
  assertEquals((await seen("0123456789", "--cut", "4:down"))[0], "0123$");
  assertEquals((await seen("0123456789", "--cut", "0:down"))[0], "$");
  assertEquals((await seen("0123456789", "--cut", "11:down"))[0], "0123456789$");
});

Deno.test({
  name: "relay --reset N:down: the client sees N bytes and a reset, the target a reset",
  ignore: !isLinux,
  async fn() {
    assertEquals(await seen("0123456789", "--reset", "4:down"), ["0123 RST", " RST"]);
    assertEquals(await seen("0123456789", "--reset", "0:down"), [" RST", " RST"]);
    assertEquals((await seen("0123456789", "--reset", "11:down"))[0], "0123456789$");
    const long = "x".repeat(3_000_000);
    assertEquals((await seen(long, "--reset", "2999999:down"))[0].length, 2_999_999 + " RST".length);
  },
});

Deno.test("relay --stall N:down: the client sees N bytes and no end, resume gives it the rest", async () => {
  await using world = await startRelay(["--json", "--stall", "4:down"]);
  const [client, target] = await world.connect();
  await target.write(bytes("0123456789"));
  target.close();
  assertEquals(await take(client, 4), "0123");
  const rest = seenBy(client);
  // What the client says still passes, and others are stalled for themselves.
  const [other, there] = await world.connect();
  await there.write(bytes("abc"));
  assertEquals(await take(other, 3), "abc");
  await world.relay.write("list\n");
  await world.relay.sees(/^1 .*up 0, down 4 bytes {2}down stalled\n2 .*up 0, down 3 bytes$/m, "stderr");
  await world.relay.write("resume 1\n");
  assertEquals(await rest, "456789$");
  for (const conn of [client, other, there]) conn.close();
});

Deno.test("relay --delay, --rate, --chunk and --glue lose nothing of what either side says", async () => {
  const said = "0123456789".repeat(200);
  for (
    const options of [
      ["--delay", "30~30"],
      ["--rate", "20k"],
      ["--chunk", "7"],
      ["--glue", "20"],
      ["--delay", "9~5", "--rate", "20k", "--chunk", "99", "--glue", "5"],
    ]
  ) assertEquals(await seen(said, ...options), [`${said}$`, "$"]);
});

Deno.test("relay --chunk N: the other end reads no more than N bytes at a time", async () => {
  await using world = await startRelay(["--chunk", "3:up", "--delay", "1:up", "--rate", "60:up"]);
  const [client, target] = await world.connect();
  await client.write(bytes("0123456789"));
  const memory = new Uint8Array(100);
  assertEquals([await target.read(memory), await target.read(memory)], [3, 3]);
  client.close();
  target.close();
});

/** Reads only when it is told to, all of it, and prints how many bytes came and how it ended. */
const LATE = `
import socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.connect(("127.0.0.1", int(sys.argv[1])))
sys.stdin.readline()
total = 0
try:
    while True:
        part = s.recv(4096)
        if not part: break
        total += len(part)
    print("end after", total)
except ConnectionResetError:
    print("reset after", total)
`;

for (const count of [1000, 200_000]) {
  Deno.test({
    name: `relay --reset ${count}: a reader that reads late gets them all (needs ${PYTHON})`,
    ignore: !isLinux || !has(PYTHON),
    async fn() {
      await using world = await startRelay(["--json", "--reset", `${count}:down`]);
      await using late = new Process(PYTHON, ["-c", LATE, `${world.relay.port}`]);
      const target = await world.listener.accept();
      await target.write(bytes("x".repeat(count + 1)));
      // The relay has written all of them, and waits until they are there, or they are.
      const isOver = () => world.relay.events.some(({ event }) => event === "disconnected");
      while (!world.relay.stderr.includes(`down ${count} bytes`) && !isOver()) {
        await world.relay.write("list\n");
        await world.relay.sees(/bytes|no connection/, "stderr");
      }
      await late.write("\n");
      assertEquals((await late.outcome()).stdout, `reset after ${count}\n`);
      target.close();
    },
  });
}

/** Types a command for the one connection, whose ends it gives. */
async function commanded(world: RelayWorld, ...lines: string[]): Promise<[Deno.Conn, Deno.Conn]> {
  const [client, target] = await world.connect();
  await client.write(bytes("x"));
  assertEquals(await take(target, 1), "x");
  for (const line of lines) await world.relay.write(`${line}\n`);
  return [client, target];
}

Deno.test("relay's console cuts and resets the connection that it is told to, and lists the others", async () => {
  await using world = await startRelay(["--json"]);
  const [first, second, third] = [await commanded(world), await commanded(world), await commanded(world)];
  await world.relay.write("cut 1\nreset 3\n");
  assertEquals([await seenBy(first[0]), await seenBy(first[1])], ["$", "$"]);
  const reset = isLinux ? " RST" : "$";
  assertEquals([await seenBy(third[0]), await seenBy(third[1])], [reset, reset]);
  for (const _ of ["cut", "reset"]) await world.relay.next("disconnected");
  await world.relay.write("list\n");
  await world.relay.sees(/^2 {2}tcp:\/\/127\.0\.0\.1:\d+ {2}\d+ s {2}up 1, down 0 bytes\n$/, "stderr");
  await world.relay.write("reset 1\nnonsense\n");
  assertMatch((await world.relay.next("error")).message!, /there is no connection 1/);
  assertMatch((await world.relay.next("error")).message!, /"nonsense" is no command/);
  await world.relay.write("cut all\nlist\n");
  assertEquals([await seenBy(second[0]), await seenBy(second[1])], ["$", "$"]);
  for (const conn of [first, second, third].flat()) conn.close();
});

Deno.test("relay's console pauses, stalls and resumes all", async () => {
  for (const word of ["pause", "stall"]) {
    await using world = await startRelay(["--json"]);
    const [client, target] = await commanded(world, `${word} all`, "list");
    await world.relay.sees(/up (paus|stall)ed {2}down (paus|stall)ed\n$/, "stderr");
    await client.write(bytes("y"));
    await target.write(bytes("z"));
    target.close();
    await world.relay.write("resume all\n");
    assertEquals(await seenBy(client), "z$");
    client.close();
  }
});

Deno.test("relay's console ends with stdin, and the relay goes on; quit ends it", async () => {
  await using world = await startRelay(["--quiet"]);
  await world.relay.end();
  const [client, target] = await world.connect();
  await client.write(bytes("x"));
  assertEquals(await take(target, 1), "x");
  client.close();
  target.close();
  await assertStops(world.relay);
  await using other = await startRelay(["--quiet"]);
  await other.relay.write("quit\n");
  assertEquals((await other.relay.outcome()).code, 0);
});

for (const options of [[], ["--delay", "60s"], ["--rate", "1"], ["--stall", "0"]]) {
  testUnless(
    options.length ? undefined : whyNoEndOfWrites,
    `SIGTERM ends a relay ${options.join(" ")} under load with 0, and every connection`,
    async () => {
      await using world = await startRelay(options);
      const pairs = [];
      for (let i = 0; i < 5; i++) pairs.push(await world.connect());
      const flooding = pairs.flat().map((conn) => writeAll(conn, new Uint8Array(20_000_000)).catch(() => {}));
      await world.relay.sees(/( connected\n[^]*){5}/, "stderr");
      const ends = pairs.map(([client]) => seenBy(client));
      world.relay.kill("SIGTERM");
      assertEquals((await world.relay.status).code, 0);
      await Promise.all([...flooding, ...ends]);
      assertEquals(world.relay.stderr.match(/server stopped/g)?.length, 5);
      for (const conn of pairs.flat()) conn.close();
    },
    isWindows,
  );
}

testUnless(
  whyNoFlags,
  "relay with --allow-net alone closes instead of resetting, and says so once",
  async () => {
    await using world = await startRelay(["--json", "--reset", "2:down"], { flags: ["--allow-net"] });
    for (let i = 0; i < 2; i++) {
      const [client, target] = await world.connect();
      await target.write(bytes("abc"));
      const text = await seenBy(client);
      assert(text.startsWith("ab"), text);
      client.close();
      target.close();
      await world.relay.next("disconnected");
    }
    assertEquals(errorsOf(world.relay).map(({ hint }) => hint), [
      "only on Linux, and with deno run --allow-ffi, can it be reset",
    ]);
    assertMatch(world.relay.address, new RegExp(`^tcp://${LOOPBACK}`));
  },
);
