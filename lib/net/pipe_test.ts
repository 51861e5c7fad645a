import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { PinwireError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { pipe } from "./pipe.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

/** What one read of at most `size` bytes gives. */
async function read(connection: Connection, size = 100): Promise<number[] | null> {
  const buffer = new Uint8Array(size);
  const count = await connection.read(buffer);
  return count === null ? null : [...buffer.subarray(0, count)];
}

/** The code of what `act` rejects with. */
const codeOf = async (act: Promise<unknown>) => (await assertRejects(() => act, PinwireError)).code;

/** Whether `promise` is done once everything that can happen now has happened. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(() => done = true, () => done = true);
  const turn = new MessageChannel();
  const next = new Promise((resolve) => turn.port1.onmessage = resolve);
  turn.port2.postMessage(0);
  await next;
  turn.port1.close();
  turn.port2.close();
  return done;
}

Deno.test({
  name: "pipe passes bytes both ways, as far as a read has room",
  permissions: "none",
  async fn() {
    const [a, b] = pipe();
    const forth = a.write(bytes(1, 2, 3));
    const back = b.write(bytes(9));
    assertEquals([await read(b, 2), await read(b, 2), await read(a)], [[1, 2], [3], [9]]);
    await Promise.all([forth, back]);
    assertEquals([a.local, a.remote], [b.remote, b.local]);
  },
});

Deno.test({
  name: "pipe holds a write until the other end has read all of it",
  permissions: "none",
  async fn() {
    const [a, b] = pipe();
    const first = a.write(bytes(1, 2));
    const second = a.write(bytes(3));
    await read(b, 1);
    assertEquals(await isDone(first), false);
    await read(b, 1);
    await first;
    assertEquals(await isDone(second), false);
    await read(b);
    await second;
    await a.write(bytes());
  },
});

Deno.test({
  name: "pipe gives a read that waits what is written later",
  permissions: "none",
  async fn() {
    const [a, b] = pipe();
    const waiting = read(b);
    assertEquals(await isDone(waiting), false);
    await a.write(bytes(7));
    assertEquals(await waiting, [7]);
  },
});

Deno.test({
  name: "pipe gives concurrent writes whole and in order, read in any pieces",
  permissions: "none",
  async fn() {
    const anyWrites = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 9 });
    await fc.assert(fc.asyncProperty(anyWrites, fc.integer({ min: 1, max: 9 }), async (writes, size) => {
      const [a, b] = pipe();
      const written = Promise.all(writes.map((one) => a.write(one))).then(() => a.closeWrite());
      const got: number[] = [];
      for (let part; (part = await read(b, size));) got.push(...part);
      await written;
      assertEquals(got, writes.flatMap((one) => [...one]));
    }));
  },
});

Deno.test({
  name: "closeWrite of a pipe ends one side behind what was written, the other goes on",
  permissions: "none",
  async fn() {
    const [a, b] = pipe();
    const written = a.write(bytes(1));
    const ended = a.closeWrite();
    assertEquals(await isDone(ended), false);
    assertEquals([await read(b), await read(b), await read(b)], [[1], null, null]);
    await Promise.all([written, ended]);
    assertEquals(await codeOf(a.write(bytes(2))), "connection_closed");
    const back = b.write(bytes(3));
    assertEquals(await read(a), [3]);
    await back;
    await a.closeWrite();
  },
});

Deno.test({
  name: "close of a pipe ends the reads of both ends",
  permissions: "none",
  async fn() {
    const [a, b] = pipe();
    const reads = [read(a), read(b)];
    a.close();
    a.close();
    assertEquals(await Promise.all(reads), [null, null]);
    assertEquals([await read(a), await read(b)], [null, null]);
    b.close();
  },
});

Deno.test({
  name: "close of a pipe lets the other end read what was written before",
  permissions: "none",
  async fn() {
    const [a, b] = pipe();
    a.write(bytes(1)).catch(() => {});
    a.close();
    assertEquals([await read(b), await read(b)], [[1], null]);
  },
});

Deno.test({
  name: "close of a pipe fails the other end's writes",
  permissions: "none",
  async fn() {
    const [a, b] = pipe();
    const waiting = b.write(bytes(1));
    a.close();
    assertEquals(await codeOf(waiting), "connection_closed");
    assertEquals(await codeOf(b.write(bytes(2))), "connection_closed");
    await b.closeWrite();
  },
});

Deno.test({
  name: "close of a pipe fails its own writes, as that of a socket does",
  permissions: "none",
  async fn() {
    const [a] = pipe();
    const waiting = a.write(bytes(1));
    waiting.catch(() => {});
    a.close();
    assertEquals(await codeOf(a.write(bytes(2))), "connection_closed");
    assertEquals(await isDone(waiting), true);
  },
});

Deno.test({
  name: "closeWhenIdle of a pipe waits for the writes under way",
  permissions: "none",
  async fn() {
    const [a, b] = pipe();
    const written = a.write(bytes(1, 2));
    a.closeWhenIdle();
    assertEquals([await read(b, 1), await read(b, 1)], [[1], [2]]);
    await written;
    assertEquals([await read(b), await read(a)], [null, null]);
    const [idle] = pipe();
    const reading = read(idle);
    idle.closeWhenIdle();
    assertEquals(await reading, null);
  },
});
