import { assert, assertEquals } from "@std/assert";
import { FakeClock, turn } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import type { Connection } from "../net/mod.ts";
import { Door, echo, Events, start } from "./_accept_testing.ts";
import { AdmissionControl } from "./admission.ts";

Deno.test("serveConnections serves many at a time, and tells who comes and leaves", async () => {
  const door = new Door();
  await using server = start(door);
  const [a, b] = [door.enter(), door.enter()];
  assertEquals([await b.ask("bb"), await a.ask("aa")], ["bb", "aa"]);
  await a.connection.closeWrite();
  assert(await a.readsEnd());
  assertEquals(await server.events.next("disconnected"), {
    event: "disconnected",
    peer: "pipe:a",
    reason: "end of stream",
  });
  assertEquals(await b.ask("still here"), "still here");
  assertEquals(server.events.of("connected").length, 2);
});

Deno.test("serveConnections closes who comes beyond maxClients, and names the option once for a crowd", async () => {
  const door = new Door();
  await using server = start(door, { maxClients: 1 });
  const first = door.enter();
  await first.ask("x");
  assert(await door.enter().readsEnd());
  assert(await door.enter().readsEnd());
  assertEquals(server.events.of("error").length, 1);
  const [error] = server.events.of("error");
  assert(error.event === "error" && error.hint?.includes("--max-clients"));
  assertEquals(error.peer, "pipe:a");
  assertEquals(server.events.of("connected").length, 1);

  await first.connection.closeWrite();
  await server.events.next("disconnected");
  assertEquals(await door.enter().ask("now"), "now");
  assert(await door.enter().readsEnd());
  assertEquals(server.events.of("error").length, 2);
});

Deno.test("serveConnections counts with the counter it is given", async () => {
  const door = new Door();
  let places = 1;
  const counter = { enter: () => places > 0 && places-- > 0, leave: () => void places++ };
  await using server = start(door, { counter });
  const first = door.enter();
  await first.ask("x");
  assertEquals(places, 0);
  assert(await door.enter().readsEnd());
  await first.connection.closeWrite();
  await server.events.next("disconnected");
  await turn();
  assertEquals(places, 1);
});

Deno.test("serveConnections reports what a handler throws, and serves the others", async () => {
  const door = new Door();
  const handle = (connection: Connection) =>
    connection.receive(() => {
      throw new PinwireError("frame_malformed", "it made no sense", { hint: "look again" });
    });
  await using server = start(door, { handle });
  const [a, b] = [door.enter(), door.enter()];
  await a.send("x");
  assert(await a.readsEnd());
  const left = await server.events.next("disconnected");
  assertEquals(left, { event: "disconnected", peer: "pipe:a", reason: "frame malformed" });
  assertEquals(server.events.of("error"), [
    { event: "error", message: "it made no sense", hint: "look again", peer: "pipe:a" },
  ]);
  await b.send("x");
  assert(await b.readsEnd());
});

Deno.test("serveConnections takes a peer that has gone for no error", async () => {
  const door = new Door();
  const handle = () => Promise.reject(new PinwireError("connection_reset", "reset"));
  await using server = start(door, { handle });
  door.enter();
  const left = await server.events.next("disconnected");
  assertEquals(left, { event: "disconnected", peer: "pipe:a", reason: "connection reset" });
  assertEquals(server.events.of("error"), []);
});

Deno.test("serveConnections goes on accepting after an error of accept", async () => {
  const door = new Door();
  await using server = start(door);
  const errors = [
    new Error("accept failed"),
    Object.assign(new Error("too many"), { code: "EMFILE" }),
    new PinwireError("tls_failed", "no TLS", { hint: "speak it" }),
  ];
  for (const error of errors) {
    door.fail(error);
    await server.events.next("error");
    server.clock.pass(50);
  }
  assertEquals(await door.enter().ask("hello"), "hello");
  assertEquals(server.events.of("error").map((event) => "hint" in event ? event.hint : undefined), [
    undefined,
    "raise the limit with ulimit -n, or lower --max-clients",
    "speak it",
  ]);
});

Deno.test("serveConnections hands each connection over with its place in admission, which counts who is admitted", async () => {
  const door = new Door();
  const reporter = new Events();
  const clock = new FakeClock();
  const admission = new AdmissionControl(reporter.reporter, 1, clock);
  const admitted: (boolean | undefined)[] = [];
  await using server = start(door, {
    admission,
    // What the server counts itself is without admission.
    maxClients: 0,
    handle(connection, pending) {
      admitted.push(pending?.admit());
      return echo(connection);
    },
  });
  const clients = [door.enter(), door.enter()];
  for (const client of clients) assertEquals(await client.ask("x"), "x");
  assertEquals(admitted, [true, false]);
  await clients[0].connection.closeWrite();
  await server.events.next("disconnected");
  await turn();
  assertEquals(await door.enter().ask("x"), "x");
  assertEquals([admitted.at(-1), clock.pending], [true, 0]);
});

Deno.test("serveConnections closes a connection that proves nothing in time", async () => {
  const door = new Door();
  const reporter = new Events();
  const clock = new FakeClock();
  await using server = start(door, { admission: new AdmissionControl(reporter.reporter, 1, clock) });
  const client = door.enter();
  assertEquals(await client.ask("x"), "x");
  clock.pass(5_000);
  assert(await client.readsEnd());
  const left = await server.events.next("disconnected");
  assertEquals("reason" in left && left.reason, "end of stream");
  await turn();
  assertEquals(clock.pending, 0);
});
