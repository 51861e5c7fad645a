import { assert, assertEquals } from "@std/assert";
import { sceneContext } from "../demo/scene.ts";
import { type Event, MessageWatch } from "../app/mod.ts";
import { type Connection, pipe } from "../net/mod.ts";
import { Outbox } from "./outbox.ts";

function pure(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

/** An outbox, and the peer that reads what it sends. */
function world(spec = "text", until?: string) {
  const [here, there] = pipe();
  const events: Event[] = [];
  const context = sceneContext(spec, (event) => events.push(event));
  const watch = until === undefined ? undefined : new MessageWatch(context, { until }, false);
  return { outbox: new Outbox(here, context, watch), peer: there, context, events };
}

/** What one read gives, `null` at the end. A write to the pipe is a read of its own. */
async function read(peer: Connection): Promise<string | null> {
  const buffer = new Uint8Array(100_000);
  const count = await peer.read(buffer);
  return count === null ? null : new TextDecoder().decode(buffer.subarray(0, count));
}

/** Stops the clock of `performance.now`, which moves only as it is told. */
function stopClock() {
  const { now } = performance;
  let time = 1_000_000;
  performance.now = () => time;
  return { pass: (ms: number) => void (time += ms), [Symbol.dispose]: () => void (performance.now = now) };
}

pure("Outbox.send has lines that are sent in one turn leave in one write, in order", async () => {
  const { outbox, peer } = world();
  for (const line of ["on", "off", "ping"]) outbox.send(line);
  assertEquals(await read(peer), "on\noff\nping\n");
  await outbox.flushed();
});

pure("Outbox.send has what waits for a slow reader leave together once it reads", async () => {
  const { outbox, peer } = world();
  outbox.send("one");
  // The first write is under way, and nobody has read it.
  await Promise.resolve();
  outbox.send("two");
  outbox.report("state on");
  outbox.send("three");
  assertEquals(await read(peer), "one\n");
  assertEquals(await read(peer), "two\nstate on\nthree\n");
  await outbox.flushed();
});

pure("Outbox keeps lines apart by its gap, each in a write of its own", async () => {
  const { outbox, peer } = world();
  outbox.gap = 5;
  for (const line of ["on", "off", "on"]) outbox.send(line);
  const began = performance.now();
  assertEquals([await read(peer), await read(peer), await read(peer)], ["on\n", "off\n", "on\n"]);
  // Timers may be early by what a ms is rounded to.
  assert(performance.now() - began >= 8);
  await outbox.flushed();
});

pure("Outbox keeps to the frames of its context, and ends each line where they are text", async () => {
  for (const [spec, sent] of [["text", "on\n"], ["line", "on\n"], ["raw", "on"], ["len:u8", "\x02on"]]) {
    const { outbox, peer } = world(spec);
    outbox.send("on");
    assertEquals(await read(peer), sent);
    await outbox.flushed();
  }
});

pure("Outbox.report keeps every report in order for a peer that reads within a second", async () => {
  using clock = stopClock();
  const { outbox, peer } = world();
  outbox.report("state on");
  await Promise.resolve();
  clock.pass(1_000);
  outbox.report("state off");
  outbox.report("state on");
  assertEquals([await read(peer), await read(peer)], ["state on\n", "state off\nstate on\n"]);
  await outbox.flushed();
});

pure("Outbox.report drops reports for the newest once a write has stalled, and nothing else", async () => {
  using clock = stopClock();
  const { outbox, peer } = world();
  outbox.report("state on");
  await Promise.resolve();
  outbox.report("state off");
  outbox.send("pong");
  clock.pass(1_001);
  outbox.report("state on");
  outbox.report("state off");
  outbox.send("ping");
  outbox.report("state on");
  assertEquals([await read(peer), await read(peer)], ["state on\n", "pong\nping\nstate on\n"]);
  await outbox.flushed();
});

pure("Outbox.report never fills the queue of a peer that doesn't read", async () => {
  const { outbox, peer } = world();
  outbox.report("state 0");
  await Promise.resolve();
  for (let i = 1; i <= 5_000; i++) outbox.report(`state ${i}`);
  assertEquals(outbox.hasOverflowed, false);
  assertEquals(await read(peer), "state 0\n");
  const rest = (await read(peer))!.trimEnd().split("\n");
  assertEquals(rest.at(-1), "state 5000");
  assert(rest.length <= 1_000, String(rest.length));
  await outbox.flushed();
});

pure("Outbox.send closes the connection when a thousand lines wait and one more comes", async () => {
  const { outbox, peer } = world();
  outbox.send("first");
  await Promise.resolve();
  for (let i = 0; i < 1_000; i++) outbox.send("on");
  assertEquals(outbox.hasOverflowed, false);
  outbox.send("on");
  assertEquals(outbox.hasOverflowed, true);
  outbox.send("off");
  assertEquals([await read(peer), await read(peer)], ["first\n", null]);
  await outbox.flushed();
});

pure("Outbox.send sends a line that comes at any turn while the one before is on its way out", async () => {
  for (let turns = 0; turns < 20; turns++) {
    const sent: string[] = [];
    const [end] = pipe();
    const write = (bytes: Uint8Array) => {
      sent.push(...new TextDecoder().decode(bytes).trim().split("\n"));
      return Promise.resolve();
    };
    const outbox = new Outbox({ ...end, write }, sceneContext("text"));
    outbox.send("off");
    for (let turn = 0; turn < turns; turn++) await undefined;
    outbox.send("on");
    // A hundred turns are more than it takes; then there is nobody left to wake it.
    for (let turn = 0; turn < 100; turn++) await undefined;
    assertEquals(sent, ["off", "on"], `${turns} turns between`);
  }
});

pure("Outbox.send to a peer that has gone throws nothing and waits for nothing", async () => {
  const { outbox, peer, events } = world();
  outbox.send("on");
  await Promise.resolve();
  peer.close();
  outbox.send("off");
  await outbox.flushed();
  outbox.send("on");
  await outbox.flushed();
  assertEquals(events, []);
});

pure("Outbox stops its context behind the word of until", async () => {
  const { outbox, peer, context } = world("text", "off");
  outbox.send("on");
  assertEquals(await read(peer), "on\n");
  await outbox.flushed();
  assertEquals(context.stop.signal.aborted, false);
  outbox.send("off");
  assertEquals(await read(peer), "off\n");
  await outbox.flushed();
  assertEquals(context.stop.signal.aborted, true);
});
