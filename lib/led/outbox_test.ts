import { assert, assertEquals } from "@std/assert";
import { contextOf, FakeClock, pure, turn } from "../app/_testing.ts";
import { type Event, MessageWatch } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { PullReader } from "../net/_pull_reader.ts";
import { pipe, wrapConnection } from "../net/mod.ts";
import { Outbox } from "./outbox.ts";

/** An outbox, and the peer that reads what it sends. */
function world(spec = "text", until?: string) {
  const [here, there] = pipe();
  const events: Event[] = [];
  const clock = new FakeClock();
  const context = contextOf(spec, { onEvent: (event) => void events.push(event), clock });
  const watch = until === undefined ? undefined : new MessageWatch(context, { until }, false);
  const reader = new PullReader(there);
  return {
    outbox: new Outbox(here, context, watch),
    here,
    peer: there,
    clock,
    context,
    events,
    /** What one read gives, undefined at the end. A write to the pipe is a read of its own. */
    read: () => reader.text(),
  };
}

pure("Outbox.send has lines that are sent in one turn leave in one write, in order", async () => {
  const { outbox, read } = world();
  for (const line of ["on", "off", "ping"]) outbox.send(line);
  assertEquals(await read(), "on\noff\nping\n");
  await outbox.flushed();
});

pure("Outbox.send has what waits for a slow reader leave together once it reads", async () => {
  const { outbox, read } = world();
  outbox.send("one");
  // The first write is under way, and nobody has read it.
  await Promise.resolve();
  outbox.send("two");
  outbox.report("state on");
  outbox.send("three");
  assertEquals(await read(), "one\n");
  assertEquals(await read(), "two\nstate on\nthree\n");
  await outbox.flushed();
});

pure("Outbox keeps lines apart by its gap, each in a write of its own", async () => {
  const { outbox, read, clock } = world();
  outbox.gap = 50;
  for (const line of ["on", "off", "on"]) outbox.send(line);
  assertEquals(await read(), "on\n");
  for (const line of ["off\n", "on\n"]) {
    const next = read();
    await turn();
    clock.pass(49);
    assertEquals(await Promise.race([next, turn()]), undefined);
    clock.pass(1);
    assertEquals(await next, line);
  }
  await outbox.flushed();
});

pure("Outbox keeps to the frames of its context, and ends each line where they are text", async () => {
  for (const [spec, sent] of [["text", "on\n"], ["line", "on\n"], ["raw", "on"], ["len:u8", "\x02on"]]) {
    const { outbox, read } = world(spec);
    outbox.send("on");
    assertEquals(await read(), sent);
    await outbox.flushed();
  }
});

pure("Outbox.report keeps every report in order for a peer that reads within a second", async () => {
  const { outbox, read, clock } = world();
  outbox.report("state on");
  await Promise.resolve();
  clock.pass(1_000);
  outbox.report("state off");
  outbox.report("state on");
  assertEquals([await read(), await read()], ["state on\n", "state off\nstate on\n"]);
  await outbox.flushed();
});

pure("Outbox.report drops reports for the newest once a write has stalled, and nothing else", async () => {
  const { outbox, read, clock } = world();
  outbox.report("state on");
  await Promise.resolve();
  outbox.report("state off");
  outbox.send("pong");
  clock.pass(1_001);
  outbox.report("state on");
  outbox.report("state off");
  outbox.send("ping");
  outbox.report("state on");
  assertEquals([await read(), await read()], ["state on\n", "pong\nping\nstate on\n"]);
  await outbox.flushed();
});

pure("Outbox.report never fills the queue of a peer that doesn't read", async () => {
  const { outbox, read } = world();
  outbox.report("state 0");
  await Promise.resolve();
  for (let i = 1; i <= 5_000; i++) outbox.report(`state ${i}`);
  assertEquals(await read(), "state 0\n");
  const rest = (await read())!.trimEnd().split("\n");
  assertEquals(rest.at(-1), "state 5000");
  assert(rest.length <= 1_000, String(rest.length));
  await outbox.flushed();
});

pure("Outbox.send closes the connection when a thousand lines wait and one more comes", async () => {
  const { outbox, here, read } = world();
  const received = here.receive(() => {}).then(() => "end", (error) => error);
  outbox.send("first");
  await Promise.resolve();
  for (let i = 0; i < 1_000; i++) outbox.send("on");
  assertEquals(await Promise.race([received, turn()]), undefined);
  outbox.send("on");
  const error = await received;
  assert(error instanceof PinwireError);
  assertEquals([error.code, error.message], ["too_slow", "pipe:b does not read what it is told"]);
  outbox.send("off");
  assertEquals([await read(), await read()], ["first\n", undefined]);
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
    const outbox = new Outbox(wrapConnection(end, { write }), contextOf("text"));
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
  const { outbox, read, context } = world("text", "off");
  outbox.send("on");
  assertEquals(await read(), "on\n");
  await outbox.flushed();
  assertEquals(context.stop.signal.aborted, false);
  outbox.send("off");
  assertEquals(await read(), "off\n");
  await outbox.flushed();
  assertEquals(context.stop.signal.aborted, true);
});
