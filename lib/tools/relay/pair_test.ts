import { assertEquals } from "@std/assert";
import { pure } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { PairWorld } from "./_pair_testing.ts";

pure("Pair passes bytes both ways, and each end by itself", async () => {
  for (const [first, second] of [["client", "target"], ["target", "client"]] as const) {
    const world = new PairWorld();
    await world[first].send("question");
    await world[first].connection.closeWrite();
    await world.pass();
    assertEquals(world[second].seen, "question$");
    // Long after the end of one side the other is still heard.
    await world.pass(6000);
    await world[second].send("answer");
    assertEquals(world[first].seen, "answer");
    await world[second].connection.closeWrite();
    await world.pass();
    assertEquals([await world.ended, world[first].seen], [undefined, "answer$"]);
    assertEquals([world.clock.pending, world.notReset], [0, []]);
  }
});

for (const [from, to] of [["client", "target"], ["target", "client"]] as const) {
  pure(`Pair passes a reset by the ${from} on to the ${to}, behind what came before it`, async () => {
    const world = new PairWorld();
    await world[from].send("before");
    world[from].connection.reset();
    await world.pass();
    assertEquals(world[to].seen, "before connection_reset");
    assertEquals([await world.ended, world.notReset, world.clock.pending], ["connection_reset", [], 0]);
  });

  pure(`Pair resets the ${to} when the ${from}, which has ended its side, takes no more`, async () => {
    const world = new PairWorld();
    await world[from].connection.closeWrite();
    await world.pass();
    world[from].connection.close();
    await world[to].send("anybody?");
    await world.pass();
    assertEquals(world[to].seen, "$");
    assertEquals([await world.ended, world.clock.pending], ["connection_closed", 0]);
    const failed = await world[to].connection.write(new Uint8Array(1))?.catch((error) => error.code);
    assertEquals(failed, "connection_closed");
  });
}

pure("Pair tells whose reset became a close, and nothing of one that has gone already", async () => {
  const ours = new PairWorld({}, { hasResets: false });
  await ours.pass();
  ours.pair.end("reset");
  await ours.pass();
  assertEquals([ours.notReset, await ours.ended], [["client", "target"], "connection_reset"]);
  assertEquals([ours.client.seen, ours.target.seen], ["$", "$"]);
  const theirs = new PairWorld();
  theirs.client.connection.reset();
  await theirs.pass();
  assertEquals([theirs.notReset, await theirs.ended], [[], "connection_reset"]);
});

for (const [direction, from, to] of [["up", "client", "target"], ["down", "target", "client"]] as const) {
  pure(`Pair cuts after so many bytes ${direction}: the ${to} has them, and the end`, async () => {
    const world = new PairWorld({ [direction]: { cut: 3 } });
    await world[to].send("hi");
    await world[from].send("abcdef");
    await world.pass();
    assertEquals([world[to].seen, world[from].seen], ["abc$", "hi$"]);
    world[to].connection.close();
    await world.pass();
    assertEquals([await world.ended, world.clock.pending], ["connection_closed", 0]);
  });

  pure(`Pair gives the ${to} 2 s to leave after a cut ${direction}, no more`, async () => {
    const world = new PairWorld({ [direction]: { cut: 1 } });
    await world[from].send("a");
    await world.pass(1990);
    assertEquals(world.clock.pending > 0, true);
    await world.pass(20);
    assertEquals([await world.ended, world[to].seen], ["connection_closed", "a$"]);
    assertEquals(world.clock.pending, 0);
  });

  pure(`Pair resets after so many bytes ${direction}: the ${to} has them, both see a reset`, async () => {
    const world = new PairWorld({ [direction]: { reset: 3 } });
    await world[from].send("abcdef");
    await world.pass();
    assertEquals(world[to].seen, "abc connection_reset");
    assertEquals(world[from].seen, " connection_reset");
    assertEquals([await world.ended, world.clock.pending], ["connection_reset", 0]);
  });

  pure(
    `Pair stalls ${direction} alone, and closes nothing, not even when the ${from} ends its side`,
    async () => {
      const world = new PairWorld({ [direction]: { stall: 2 } });
      await world[from].send("abcd");
      await world[to].send("hello");
      await world[from].connection.closeWrite();
      await world.pass(5000);
      assertEquals([world[to].seen, world[from].seen], ["ab", "hello"]);
      world.pair.resume();
      await world.pass();
      assertEquals(world[to].seen, "abcd$");
      await world[to].connection.closeWrite();
      await world.pass();
      assertEquals(await world.ended, undefined);
    },
  );
}

pure("Pair resets at 0 bytes before anything has passed", async () => {
  const world = new PairWorld({ up: { reset: 0 }, down: { reset: 0 } });
  await world.pass();
  assertEquals([world.client.seen, world.target.seen], [" connection_reset", " connection_reset"]);
  assertEquals([await world.ended, world.clock.pending], ["connection_reset", 0]);
});

pure("Pair lets nothing pass while it is held, and all of it after that, the ends too", async () => {
  const world = new PairWorld();
  world.pair.hold("paused");
  await world.client.send("a");
  await world.target.send("b");
  await world.client.connection.closeWrite();
  await world.pass(1000);
  assertEquals([world.client.seen, world.target.seen], ["", ""]);
  assertEquals([world.pair.lanes.up.gate.reason, world.pair.lanes.down.gate.reason], ["paused", "paused"]);
  world.pair.resume();
  await world.pass();
  assertEquals([world.client.seen, world.target.seen], ["b", "a$"]);
  world.pair.end("stop");
  await world.pass();
  assertEquals(await world.ended, undefined);
});

for (const how of ["stop", "cut", "reset"] as const) {
  pure(`Pair ends by ${how} at once, also while it is held or something is under way`, async () => {
    for (
      const disturbance of [{}, { delay: { ms: 1000, jitter: 0 } }, { stall: 0 }, { rate: 1 }, { glue: 99 }]
    ) {
      const world = new PairWorld({ up: disturbance, down: disturbance });
      if (!Object.keys(disturbance).length) world.pair.hold("paused");
      await world.client.send("abc");
      await world.target.send("def");
      world.pair.end(how);
      world.pair.end("stop");
      await world.pass();
      const codes = { stop: undefined, cut: "connection_closed", reset: "connection_reset" };
      assertEquals([await world.ended, world.clock.pending], [codes[how], 0]);
      const end = how === "reset" ? " connection_reset" : "$";
      assertEquals([world.client.seen.at(-1), world.target.seen.at(-1)], [end.at(-1), end.at(-1)]);
    }
  });
}

pure("Pair that is over is held no more", async () => {
  const world = new PairWorld({ down: { cut: 1 } });
  await world.target.send("ab");
  await world.pass();
  world.pair.hold("paused");
  world.client.connection.close();
  await world.pass();
  assertEquals([await world.ended, world.clock.pending], ["connection_closed", 0]);
});

pure("Pair closes the other side when one was closed for a reason of its own, and says which", async () => {
  const idle = new PinwireError("idle_timeout", "nothing moved");
  const world = new PairWorld();
  await world.pass();
  const [client] = world.ends;
  client.close(idle);
  await world.pass();
  assertEquals([await world.ended, world.target.seen, world.notReset], ["idle_timeout", "$", []]);
});

pure("Pair that is cut or reset before its first byte is over, whatever is stalled", async () => {
  for (const what of ["cut", "reset"] as const) {
    for (const [up, down] of [[{ stall: 0 }, { [what]: 0 }], [{ [what]: 0 }, { stall: 0 }]]) {
      const world = new PairWorld({ up, down });
      await world.pass();
      for (const end of [world.client, world.target]) end.connection.close();
      await world.pass();
      assertEquals(await world.ended, what === "cut" ? "connection_closed" : "connection_reset");
      assertEquals(world.clock.pending, 0);
    }
  }
});

pure("Pair lets out what a target said before it went, though the client can say no more to it", async () => {
  for (const down of [{ delay: { ms: 5, jitter: 0 } }, { rate: 1000 }, { glue: 5 }]) {
    const world = new PairWorld({ down });
    await world.target.send("bye");
    world.target.connection.close();
    await world.client.send("more");
    await world.pass(10);
    await world.client.send("and more");
    await world.pass(10);
    assertEquals(world.client.seen.slice(0, 3), "bye", JSON.stringify(down));
    assertEquals([await world.ended, world.clock.pending], ["connection_closed", 0]);
  }
});

pure("Pair of datagrams that is cut is over at once, since nobody knows what has arrived", async () => {
  const world = new PairWorld({ up: { cut: 3 } }, { isDatagram: true });
  await world.client.send("abc");
  await world.pass();
  assertEquals([world.target.seen, await world.ended, world.clock.pending], ["abc$", "connection_closed", 0]);
});
