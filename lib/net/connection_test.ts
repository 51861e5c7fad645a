import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { has, PYTHON, run } from "../../tests/support.ts";
import { PinwireError } from "../errors.ts";
import { parseAddress } from "./address.ts";
import type { Connection, DrainableConnection } from "./connection.ts";
import { dial } from "./dial.ts";
import { listen } from "./listen.ts";

interface Pair extends Disposable {
  client: Connection;
  server: DrainableConnection;
}

/** Both ends of a connection over loopback. */
async function connected(): Promise<Pair> {
  const listener = await listen(parseAddress("0", { schemes: ["tcp"] }));
  const [client, accepted] = await Promise.all([
    dial(parseAddress(listener.address, { schemes: ["tcp"] })),
    listener.accept(),
  ]);
  listener.close();
  const server = accepted!;
  return {
    client,
    server,
    [Symbol.dispose]() {
      client.close();
      server.close();
    },
  };
}

async function readAll(connection: Connection): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const buffer = new Uint8Array(65_536);
  for (let count; (count = await connection.read(buffer)) !== null;) parts.push(buffer.slice(0, count));
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** The code of what `act` rejects with. */
const codeOf = async (act: Promise<unknown>) => (await assertRejects(() => act, PinwireError)).code;

/** Far more than the kernel's buffers hold, so that a write of it waits for the reader. */
const TOO_MUCH = 64 * 1024 * 1024;

Deno.test("SocketConnection names both ends alike", async () => {
  using pair = await connected();
  assertMatch(pair.client.local, /^tcp:\/\/127\.0\.0\.1:\d+$/);
  assertEquals([pair.client.local, pair.client.remote], [pair.server.remote, pair.server.local]);
});

Deno.test("SocketConnection writes whole and in order, however many write at a time", async () => {
  using pair = await connected();
  const [count, size] = [64, 200_000];
  const writes = Array.from({ length: count }, (_, i) => pair.client.write(new Uint8Array(size).fill(i)));
  const ended = pair.client.closeWrite();
  const got = await readAll(pair.server);
  await Promise.all([...writes, ended]);
  assertEquals(got.length, count * size);
  for (let i = 0; i < count; i++) {
    assert(got.subarray(i * size, (i + 1) * size).every((byte) => byte === i), `write ${i} is torn`);
  }
});

Deno.test("SocketConnection can be half closed: the other side goes on", async () => {
  using pair = await connected();
  await pair.client.write(new Uint8Array([1]));
  await pair.client.closeWrite();
  assertEquals(await readAll(pair.server), new Uint8Array([1]));
  assertEquals(await codeOf(pair.client.write(new Uint8Array([2]))), "connection_closed");
  await pair.server.write(new Uint8Array([3]));
  await pair.server.closeWrite();
  assertEquals(await readAll(pair.client), new Uint8Array([3]));
});

Deno.test("SocketConnection may be closed twice, and then reads as ended", async () => {
  using pair = await connected();
  pair.client.close();
  pair.client.close();
  assertEquals(await pair.client.read(new Uint8Array(9)), null);
  assertEquals(await codeOf(pair.client.write(new Uint8Array(9))), "connection_closed");
  await pair.client.closeWrite();
  assertEquals(await pair.server.read(new Uint8Array(9)), null);
});

Deno.test("SocketConnection gives a read that waits the end, when we close", async () => {
  using pair = await connected();
  const reading = pair.client.read(new Uint8Array(9));
  pair.client.close();
  assertEquals(await reading, null);
});

Deno.test("SocketConnection fails the writes that wait when we close", async () => {
  using pair = await connected();
  const writes = [pair.client.write(new Uint8Array(TOO_MUCH)), pair.client.write(new Uint8Array(1))];
  const codes = Promise.all(writes.map(codeOf));
  await pair.server.read(new Uint8Array(1));
  pair.client.close();
  assertEquals(await codes, ["connection_closed", "connection_closed"]);
});

Deno.test({
  name: "SocketConnection says that the peer reset it, to reader and writer (needs python)",
  ignore: !has(PYTHON),
  async fn() {
    const listener = await listen(parseAddress("0", { schemes: ["tcp"] }));
    const port = listener.address.split(":").at(-1)!;
    // Closed with a linger time of 0, a socket sends RST (tcp(7)).
    const peer = run(PYTHON, [
      "-c",
      "import socket, struct, sys; s = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); s.recv(1); " +
      "s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); s.close()",
      port,
    ]);
    const connection = (await listener.accept())!;
    listener.close();
    await connection.write(new Uint8Array(1));
    assertEquals((await peer).stderr, "");
    assertEquals(await codeOf(readAll(connection)), "connection_reset");
    assertEquals(await codeOf(connection.write(new Uint8Array(9))), "connection_closed");
    connection.close();
  },
});

Deno.test("closeWhenIdle closes at once what writes nothing", async () => {
  using pair = await connected();
  const reading = pair.server.read(new Uint8Array(9));
  pair.server.closeWhenIdle();
  assertEquals(await reading, null);
  assertEquals(await pair.client.read(new Uint8Array(9)), null);
});

Deno.test("closeWhenIdle waits for all writes under way", async () => {
  using pair = await connected();
  const writes = [pair.server.write(new Uint8Array(20_000_000)), pair.server.write(new Uint8Array(5))];
  pair.server.closeWhenIdle();
  assertEquals((await readAll(pair.client)).length, 20_000_005);
  await Promise.all(writes);
  assertEquals(await codeOf(pair.server.write(new Uint8Array(1))), "connection_closed");
});
