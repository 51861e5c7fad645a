import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { pure, turn } from "../../tests/support/pure.ts";
import { PinwireError } from "../errors.ts";
import { PullReader } from "./_pull_reader.ts";
import { pipe } from "./pipe.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

/** Both ends, and what one read of at most `size` bytes gives at each. */
function ends() {
  const [a, b] = pipe();
  const readers = [new PullReader(a), new PullReader(b)];
  const read = async (reader: PullReader, size = 100): Promise<number[] | null> => {
    const buffer = new Uint8Array(size);
    const count = await reader.read(buffer);
    return count === null ? null : [...buffer.subarray(0, count)];
  };
  return {
    a,
    b,
    readA: (size?: number) => read(readers[0], size),
    readB: (size?: number) => read(readers[1], size),
  };
}

/** The code of what `act` rejects with. */
const codeOf = async (act: Promise<unknown> | undefined) =>
  (await assertRejects(() => act ?? Promise.resolve(), PinwireError)).code;

/** Whether `act` is done once everything that can happen now has happened. */
async function isDone(act: Promise<unknown> | undefined): Promise<boolean> {
  let done = false;
  Promise.resolve(act).then(() => done = true, () => done = true);
  await turn();
  return done;
}

pure("pipe passes bytes both ways, as far as a read has room", async () => {
  const { a, b, readA, readB } = ends();
  const forth = a.write(bytes(1, 2, 3));
  const back = b.write(bytes(9));
  assertEquals([await readB(2), await readB(2), await readA()], [[1, 2], [3], [9]]);
  const ended = [b.closeWrite(), a.closeWrite()];
  assertEquals([await readA(), await readB()], [null, null]);
  await Promise.all([forth, back, ...ended]);
});

pure("pipe holds a write until the other end has read all of it, and is through with it", async () => {
  const { a, readB } = ends();
  const first = a.write(bytes(1, 2));
  const second = a.write(bytes(3));
  await readB(1);
  assertEquals(await isDone(first), false);
  await readB(1);
  await first;
  assertEquals(await isDone(second), false);
  await readB();
  await second;
  await a.write(bytes());
});

pure("pipe gives a read that waits what is written later", async () => {
  const { a, readB } = ends();
  const waiting = readB();
  assertEquals(await isDone(waiting), false);
  const written = a.write(bytes(7));
  assertEquals(await waiting, [7]);
  await written;
});

pure("pipe gives concurrent writes whole and in order, read in any pieces", async () => {
  const anyWrites = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 9 });
  await fc.assert(fc.asyncProperty(anyWrites, fc.integer({ min: 1, max: 9 }), async (writes, size) => {
    const { a, readB } = ends();
    const written = Promise.all(writes.map((one) => a.write(one))).then(() => a.closeWrite());
    const got: number[] = [];
    for (let part; (part = await readB(size));) got.push(...part);
    await written;
    assertEquals(got, writes.flatMap((one) => [...one]));
  }));
});

pure("closeWrite of a pipe ends one side behind what was written, the other goes on", async () => {
  const { a, b, readA, readB } = ends();
  const written = a.write(bytes(1));
  const ended = a.closeWrite();
  assertEquals(await isDone(ended), false);
  assertEquals([await readB(), await readB(), await readB()], [[1], null, null]);
  await Promise.all([written, ended]);
  assertEquals(await codeOf(a.write(bytes(2))), "connection_closed");
  const back = b.write(bytes(3));
  assertEquals(await readA(), [3]);
  await Promise.all([back, a.closeWrite()]);
});

pure("close of a pipe ends the reads of both ends", async () => {
  const { a, b, readA, readB } = ends();
  const reads = [readA(), readB()];
  a.close();
  a.close();
  assertEquals(await Promise.all(reads), [null, null]);
  assertEquals([await readA(), await readB()], [null, null]);
  b.close();
});

pure("close of a pipe lets the other end read what was written before", async () => {
  const { a, readB } = ends();
  a.write(bytes(1))?.catch(() => {});
  a.close();
  assertEquals([await readB(), await readB()], [[1], null]);
});

pure("close of a pipe fails the other end's writes", async () => {
  const { a, b } = ends();
  const waiting = b.write(bytes(1));
  a.close();
  assertEquals(await codeOf(waiting), "connection_closed");
  assertEquals(await codeOf(b.write(bytes(2))), "connection_closed");
  await b.closeWrite();
});

pure("close of a pipe ends its own writes, and fails those that come later", async () => {
  const { a } = ends();
  const waiting = a.write(bytes(1));
  a.close();
  assertEquals(await codeOf(a.write(bytes(2))), "connection_closed");
  assertEquals(await isDone(waiting), true);
});

pure("closeWhenIdle of a pipe waits for the writes under way", async () => {
  const { a, readA, readB } = ends();
  const written = a.write(bytes(1, 2));
  a.closeWhenIdle();
  assertEquals([await readB(1), await readB(1)], [[1], [2]]);
  assertEquals([await readB(), await readA()], [null, null]);
  await written;
});

pure("pipe states what it is told of each end, and otherwise that both are here and in the clear", () => {
  const [a, b] = pipe();
  const own = { scheme: "pipe", isLocal: true, isEncrypted: false };
  assertEquals([a.peer, b.peer], [{ ...own, name: "pipe:b" }, { ...own, name: "pipe:a" }]);
  assertEquals([a.local, b.local], [b.peer, a.peer]);
  const first = { scheme: "ws", host: "203.0.113.9", port: 5, name: "ws://x", isLocal: false };
  const [client, server] = pipe({ first, second: { name: "here" } });
  assertEquals(server.peer, { ...own, ...first });
  assertEquals(client.peer, { ...own, name: "here" });
});
