import { assert, assertEquals, assertRejects } from "@std/assert";
import { turn } from "../../tests/support/pure.ts";
import { PinwireError } from "../errors.ts";
import { makeCertificate } from "../tools/cert.ts";
import { carriersWith, type Pair, receiveAll } from "./_carriers.ts";
import { PullReader } from "./_pull_reader.ts";
import type { Connection } from "./connection.ts";
import { wrapConnection } from "./wrap_connection.ts";

const CARRIERS = carriersWith(await makeCertificate(["127.0.0.1"]));

/** A promise that every carrier keeps, from both ends. */
function contract(name: string, check: (pair: Pair) => Promise<void>, carriers = CARRIERS): void {
  for (const { name: carrier, ignore, connect } of carriers) {
    Deno.test({
      name: `a connection over ${carrier} ${name}`,
      ignore,
      async fn() {
        for (const turned of [false, true]) {
          using pair = await connect();
          await check(turned ? turnedRound(pair) : pair);
        }
      },
    });
  }
}

/** The same pair, where who accepted is the client; what only a server can is left to it. */
const turnedRound = ({ client, server, [Symbol.dispose]: dispose }: Pair): Pair => ({
  client: server,
  server: Object.assign(wrapConnection(client, {}), { closeWhenIdle() {} }),
  [Symbol.dispose]: dispose,
});

/** The code of what `act` rejects with. */
const codeOf = async (act: Promise<unknown> | undefined) => {
  assert(act, "it did not fail");
  return (await assertRejects(() => act, PinwireError)).code;
};

/** Far more than the kernel's buffers hold, so that a write of it waits for the reader. */
const TOO_MUCH = 16 * 1024 * 1024;

/** Writes that in pieces: where each is a message, it has its limit. */
async function writeMuch(connection: Connection, bytes = new Uint8Array(TOO_MUCH)): Promise<void> {
  const piece = 65_536;
  const writes: (Promise<void> | undefined)[] = [];
  for (let at = 0; at < bytes.length; at += piece) {
    writes.push(connection.write(bytes.subarray(at, at + piece)));
  }
  await Promise.all(writes);
}

/** Those of which each side can end alone, and where a read may be of any size. */
const STREAMS = CARRIERS.filter(({ endsWhole }) => !endsWhole);

/** What is in the pipe in memory when it is closed has been written, and counts as such. */
const SOCKETS = CARRIERS.filter(({ name }) => name !== "pipe");

const ignored = () => {};

contract("writes whole and in order, however many write at a time", async ({ client, server }) => {
  const [count, size] = [16, 100_000];
  const writes = Array.from({ length: count }, (_, i) => client.write(new Uint8Array(size).fill(i)));
  const ended = client.closeWrite();
  const got = await receiveAll(server);
  await Promise.all([...writes, ended]);
  assertEquals(got.length, count * size);
  for (let i = 0; i < count; i++) {
    assert(got.subarray(i * size, (i + 1) * size).every((byte) => byte === i), `write ${i} is torn`);
  }
});

contract("reads nothing more until the sink's promise is fulfilled", async ({ client, server }) => {
  const message = new Uint8Array(TOO_MUCH);
  for (let i = 0; i < message.length; i++) message[i] = i % 251;
  let isWritten = false;
  const written = writeMuch(client, message).then(() => {
    isWritten = true;
    return client.closeWrite();
  });
  const first = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let at = 0;
  let isWorking = false;
  const received = server.receive(async (bytes) => {
    assert(!isWorking, "a second read was handed over");
    isWorking = true;
    first.resolve();
    await gate.promise;
    await undefined;
    assertEquals([bytes[0], bytes.at(-1)], [at % 251, (at + bytes.length - 1) % 251]);
    at += bytes.length;
    isWorking = false;
  });
  await first.promise;
  await turn();
  assertEquals([at, isWritten], [0, false]);
  gate.resolve();
  await received;
  await written;
  assertEquals(at, TOO_MUCH);
});

contract("reads as the options of receive say", async ({ client, server }) => {
  const writing = Promise.resolve(client.write(new Uint8Array(100))).then(() => client.closeWrite());
  let total = 0;
  await server.receive((bytes) => {
    assert(bytes.length <= 7);
    assert(bytes.byteOffset >= 5);
    assert(bytes.byteOffset + bytes.length + 3 <= bytes.buffer.byteLength);
    new Uint8Array(bytes.buffer).fill(0xff);
    total += bytes.length;
  }, { headroom: 5, tailroom: 3, first: 7, largest: 7 });
  assertEquals(total, 100);
  await writing;
}, STREAMS);

contract("can be half closed: the other side goes on", async ({ client, server }) => {
  const forth = client.write(new Uint8Array([1]));
  const ended = client.closeWrite();
  assertEquals(await receiveAll(server), new Uint8Array([1]));
  await Promise.all([forth, ended]);
  assertEquals(await codeOf(client.write(new Uint8Array([2]))), "connection_closed");
  const back = Promise.resolve(server.write(new Uint8Array([3, 4]))).then(() => server.closeWrite());
  assertEquals(await receiveAll(client), new Uint8Array([3, 4]));
  await back;
}, STREAMS);

contract("takes no more once its end is to be written", async ({ client, server }) => {
  const written = writeMuch(client);
  const ended = client.closeWrite();
  const late = codeOf(client.write(new Uint8Array(1)));
  assertEquals((await receiveAll(server)).length, TOO_MUCH);
  await Promise.all([written, ended]);
  assertEquals(await late, "connection_closed");
}, SOCKETS);

contract("may be closed twice, and then is at its end", async ({ client, server }) => {
  client.close();
  client.close();
  await client.receive(() => assert(false, "something was read"));
  assertEquals(await codeOf(client.write(new Uint8Array(9))), "connection_closed");
  await client.closeWrite();
  assertEquals(await receiveAll(server), new Uint8Array());
});

contract("ends the receives of both ends when one closes", async ({ client, server }) => {
  const received = [client.receive(ignored), server.receive(ignored)];
  client.close();
  assertEquals(await Promise.all(received), [undefined, undefined]);
});

contract(
  "ends a pending receive with the reason that close gave, and the other end's without",
  async (pair) => {
    const { client, server } = pair;
    const reason = new Error("because");
    const received = [client.receive(ignored), server.receive(ignored)];
    client.close(reason);
    client.close(new Error("too late"));
    assertEquals(await assertRejects(() => received[0]), reason);
    await received[1];
  },
);

contract("ends a receive with the reason even where it begins after close", async ({ client }) => {
  const reason = new Error("because");
  client.close(reason);
  assertEquals(await assertRejects(() => client.receive(ignored)), reason);
});

contract("ends with the reason once the sink is through with what it has", async ({ client, server }) => {
  const reason = new Error("because");
  const written = client.write(new Uint8Array(3));
  const began = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let reads = 0;
  let isOver = false;
  const received = assertRejects(() =>
    server.receive(() => {
      reads++;
      began.resolve();
      return gate.promise;
    })
  ).finally(() => isOver = true);
  await began.promise;
  await written;
  server.close(reason);
  await turn();
  assertEquals(isOver, false);
  gate.resolve();
  assertEquals(await received, reason);
  assertEquals(reads, 1);
});

contract("ends with the reason where closing cut off a write of the sink's", async ({ client, server }) => {
  const reason = new Error("because");
  const written = client.write(new Uint8Array(1));
  const began = Promise.withResolvers<void>();
  const received = server.receive(async () => {
    const answer = writeMuch(server);
    began.resolve();
    await answer;
  });
  await began.promise;
  await written;
  await turn();
  server.close(reason);
  assertEquals(await assertRejects(() => received), reason);
});

contract("ends its receive with what the sink throws, and stays open", async ({ client, server }) => {
  const thrown = new Error("from the sink");
  const sinks = [() => Promise.reject(thrown), () => {
    throw thrown;
  }];
  for (const [connection, peer, sink] of [[server, client, sinks[0]], [client, server, sinks[1]]] as const) {
    const received = connection.receive(sink);
    const written = peer.write(new Uint8Array(1));
    assertEquals(await assertRejects(() => received), thrown);
    await written;
  }
  // A write of nothing fails only over what is closed.
  await client.write(new Uint8Array());
  await server.write(new Uint8Array());
});

contract("fails the writes that wait when we close", async ({ client, server }) => {
  const writes = [writeMuch(client), client.write(new Uint8Array(1))];
  const codes = Promise.all(writes.map(codeOf));
  await new PullReader(server).read(new Uint8Array(1));
  client.close();
  assertEquals(await codes, ["connection_closed", "connection_closed"]);
}, SOCKETS);

for (const { name, ignore, isEncrypted, connect } of CARRIERS) {
  Deno.test({
    name: `a connection over ${name} states who its peer is, and whether it is here and encrypted`,
    ignore,
    async fn() {
      using pair = await connect();
      const { client, server } = pair;
      assertEquals(client.peer.name, server.local.name);
      for (const { peer, local } of [client, server]) {
        assertEquals([peer.isLocal, peer.isEncrypted], [true, isEncrypted]);
        const scheme = name.replace(/^.* /, "");
        assertEquals([peer.scheme, local.scheme], [scheme, scheme]);
      }
      assertEquals([client.peer.host, client.peer.port], [server.local.host, server.local.port]);
      assertEquals([server.peer.host, server.peer.port], [client.local.host, client.local.port]);
    },
  });

  Deno.test({
    name: `closeWhenIdle over ${name} closes at once what writes nothing`,
    ignore,
    async fn() {
      using pair = await connect();
      const received = [pair.server.receive(ignored), pair.client.receive(ignored)];
      pair.server.closeWhenIdle();
      await Promise.all(received);
    },
  });

  Deno.test({
    name: `closeWhenIdle over ${name} waits for all writes under way`,
    ignore,
    async fn() {
      using pair = await connect();
      const writes = [writeMuch(pair.server), pair.server.write(new Uint8Array(5))];
      pair.server.closeWhenIdle();
      assertEquals((await receiveAll(pair.client)).length, TOO_MUCH + 5);
      await Promise.all(writes);
      assertEquals(await codeOf(pair.server.write(new Uint8Array(1))), "connection_closed");
    },
  });
}
