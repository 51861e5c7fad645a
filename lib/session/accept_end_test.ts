import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeClock, turn } from "../app/_testing.ts";
import type { Event } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { dial, listen, parseAddress } from "../net/mod.ts";
import { Client, Door, echo, Events, start } from "./_accept_testing.ts";
import { serveConnections } from "./accept.ts";

const LOOPBACK = parseAddress("0", { schemes: ["tcp"] });

Deno.test("serveConnections closes idle connections at once when it stops, and lets a busy one finish", async () => {
  const door = new Door();
  const server = start(door);
  const [idle, busy] = [door.enter(), door.enter()];
  await idle.ask("x");
  await busy.send("answer");
  assertEquals(await busy.read(3), "ans");
  server.stop();
  assert(await idle.readsEnd());
  assertEquals(await busy.read(3), "wer");
  assert(await busy.readsEnd());
  await server.ended;
  assertEquals(server.events.of("disconnected").map((event) => "reason" in event && event.reason), [
    "server stopped",
    "server stopped",
  ]);
});

Deno.test("serveConnections cuts off after 2 s who doesn't read its answer", async () => {
  const door = new Door();
  const server = start(door);
  const client = door.enter();
  await client.send("answer");
  server.stop();
  let isOver = false;
  void server.ended.then(() => isOver = true);
  await turn();
  server.clock.pass(1_999);
  await turn();
  assertEquals(isOver, false);
  server.clock.pass(1);
  await server.ended;
  assertEquals(server.clock.pending, 0);
});

Deno.test("serveConnections gives answers that are kept back 2 s when it stops, and then drops them", async () => {
  const door = new Door();
  const owed = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const dropped: number[] = [];
  let count = 0;
  const server = start(door, {
    handle(connection, _, owe) {
      const i = count++;
      owe({ settled: () => owed[i].promise, drop: () => void dropped.push(i) });
      return echo(connection);
    },
  });
  const [soon, never] = [door.enter(), door.enter()];
  assertEquals([await soon.ask("x"), await never.ask("x")], ["x", "x"]);
  server.stop();
  await turn();
  assertEquals(await soon.ask("y"), "y");
  owed[0].resolve();
  assert(await soon.readsEnd());
  server.clock.pass(1_999);
  assertEquals(await never.ask("y"), "y");
  server.clock.pass(1);
  assert(await never.readsEnd());
  await server.ended;
  assertEquals([dropped, server.clock.pending], [[1], 0]);
});

Deno.test("serveConnections that is told to stop before it begins ends at once", async () => {
  const listener = await listen(LOOPBACK);
  await serveConnections(listener, {
    reporter: new Events().reporter,
    clock: new FakeClock(),
    signal: AbortSignal.abort(),
    maxClients: 1,
    idleTimeout: 0,
    handle: echo,
  });
});

Deno.test("serveConnections listens no more once it stops", async () => {
  const listener = await listen(LOOPBACK);
  const server = start(listener);
  const address = parseAddress(listener.address, { schemes: ["tcp"] });
  const client = new Client(await dial(address));
  assertEquals(await client.ask("x"), "x");
  server.stop();
  await server.ended;
  assertEquals((await assertRejects(() => dial(address), PinwireError)).code, "refused");
  client.connection.close();
});

const IDLE: Event = { event: "disconnected", peer: "pipe:a", reason: "idle timeout" };

Deno.test("serveConnections closes a connection on which nothing moves, and says why", async () => {
  const door = new Door();
  await using server = start(door, { idleTimeout: 30 });
  const client = door.enter();
  assertEquals(await client.ask("x"), "x");
  server.clock.pass(30);
  assert(await client.readsEnd());
  assertEquals(await server.events.next("disconnected"), IDLE);
  assertEquals(server.events.of("error"), []);
});

Deno.test("serveConnections closes a connection whose peer reads none of its answer, and says why", async () => {
  const door = new Door();
  await using server = start(door, { idleTimeout: 30 });
  const client = door.enter();
  await client.send("x");
  await turn();
  server.clock.pass(30);
  client.connection.close();
  assertEquals(await server.events.next("disconnected"), IDLE);
  assertEquals(server.events.of("error"), []);
});
