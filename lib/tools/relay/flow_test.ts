import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { pure, turn } from "../../app/_testing.ts";
import { FlowWorld, textOf, utf8 } from "./_flow_testing.ts";

const late = (ms: number, jitter = 0) => ({ delay: { ms, jitter } });

pure("Flow delays each read by that much, however many are under way", async () => {
  const world = new FlowWorld(late(30));
  world.push("a", "b");
  await world.pass(10);
  world.push("c");
  await world.pass(19);
  assertEquals(world.written, []);
  await world.pass(100);
  assertEquals(world.written, [[30, "a"], [30, "b"], [40, "c"]]);
  assertEquals([world.flow.working, world.clock.pending], [undefined, 0]);
});

pure("Flow delays the end as it does a read", async () => {
  const world = new FlowWorld(late(30));
  world.push("a");
  await world.pass(20);
  let isEnded = false;
  const ended = world.flow.end().then(() => isEnded = true);
  await world.pass(29);
  assertEquals([world.texts, isEnded], [["a"], false]);
  await world.pass(1);
  await ended;
});

pure("Flow keeps what it was given, though the memory of a read is used again", async () => {
  const world = new FlowWorld(late(1));
  const memory = utf8("a");
  world.flow.push(memory);
  memory.fill(0);
  await world.pass(1);
  assertEquals(world.texts, ["a"]);
});

pure("Flow keeps all in order whatever the jitter, each read and the end within its bounds", async () => {
  const anyTimes = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(anyTimes, fc.nat({ max: 1e6 }), fc.nat({ max: 20 }), async (times, seed, jitter) => {
      const world = new FlowWorld(late(20, jitter), { seed });
      let now = 0;
      const came: number[] = [];
      for (const [i, wait] of times.entries()) {
        await world.pass(wait);
        came.push(now += wait);
        world.push(`${i}`);
      }
      const ended = world.flow.end();
      await world.pass(45);
      await ended;
      assertEquals(world.texts, times.map((_, i) => `${i}`));
      for (const [i, [at]] of world.written.entries()) {
        assert(at >= came[i] + 20 - jitter && at <= came[i] + 21 + jitter, `${came[i]} came out at ${at}`);
      }
      assertEquals(world.clock.pending, 0);
    }),
    { numRuns: 30 },
  );
});

pure("Flow draws its jitter from the seed", async () => {
  async function times(seed: number) {
    const world = new FlowWorld(late(50, 50), { seed });
    for (let i = 0; i < 5; i++) {
      world.push("x");
      await world.pass(101);
    }
    return world.written.map(([at]) => at);
  }
  const first = await times(1);
  assertEquals(await times(1), first);
  assert(`${await times(2)}` !== `${first}`);
  assert(new Set(first.map((at) => at % 101)).size > 1);
});

pure("Flow paces by the rate, in twenty writes a second, from when there is something to write", async () => {
  const world = new FlowWorld({ rate: 100 });
  world.push("0123456789abc");
  await world.pass(1000);
  world.push("de", "fghij");
  await world.pass(1000);
  assertEquals(world.written, [
    [0, "01234"],
    [50, "56789"],
    [100, "abc"],
    [1000, "de"],
    [1020, "fghij"],
  ]);
});

pure("Flow holds a rate that is below a byte a write", async () => {
  const world = new FlowWorld({ rate: 2 });
  world.push("abc");
  await world.pass(1200);
  assertEquals(world.written, [[0, "a"], [500, "b"], [1000, "c"]]);
});

pure("Flow cuts writes into chunks, the last one shorter, and joins none", async () => {
  const world = new FlowWorld({ chunk: 3 });
  world.push("abcdefgh", "ij", "klm");
  await world.pass(0);
  assertEquals(world.texts, ["abc", "def", "gh", "ij", "klm"]);
});

pure("Flow makes one write of what comes within the time of glue", async () => {
  const world = new FlowWorld({ glue: 20 });
  world.push("a");
  await world.pass(10);
  world.push("b", "c");
  await world.pass(15);
  world.push("d");
  await world.pass(30);
  assertEquals(world.written, [[20, "abc"], [45, "d"]]);
});

pure("Flow glues, cuts, delays and paces at once, and loses nothing", async () => {
  const anyReads = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.nat({ max: 9 })), {
    maxLength: 9,
  });
  await fc.assert(
    fc.asyncProperty(anyReads, fc.integer({ min: 1, max: 4 }), async (reads, chunk) => {
      const parts: Uint8Array[] = [];
      const world = new FlowWorld(
        { ...late(7, 3), glue: 5, chunk, rate: 500 },
        { write: (bytes) => void parts.push(bytes.slice()) },
      );
      for (const [bytes, wait] of reads) {
        world.flow.push(bytes);
        await world.pass(wait);
      }
      const ended = world.flow.end();
      await world.pass(400);
      await ended;
      assertEquals(parts.flatMap((part) => [...part]), reads.flatMap(([bytes]) => [...bytes]));
      assert(parts.every(({ length }) => length <= chunk));
    }),
    { numRuns: 20 },
  );
});

pure("Flow writes one piece after the other, and is working so long", async () => {
  const writing: PromiseWithResolvers<void>[] = [];
  const world = new FlowWorld({ chunk: 1 }, {
    write() {
      writing.push(Promise.withResolvers());
      return writing.at(-1)!.promise;
    },
  });
  world.push("ab");
  await turn();
  assertEquals(writing.length, 1);
  writing[0].resolve();
  await turn();
  assertEquals(writing.length, 2);
  const { working } = world.flow;
  assert(working);
  writing[1].resolve();
  await working;
  assertEquals(world.flow.working, undefined);
});

pure("Flow takes 4 MiB, then whoever pushes waits until there is room", async () => {
  const world = new FlowWorld(late(10), { write: () => undefined });
  const megabyte = new Uint8Array(1 << 20);
  for (let i = 0; i < 3; i++) assertEquals(world.flow.push(megabyte), undefined);
  let isThrough = false;
  const pushed = world.flow.push(megabyte)!.then(() => isThrough = true);
  await world.pass(9);
  assertEquals(isThrough, false);
  await world.pass(1);
  await pushed;
  assertEquals(world.flow.push(megabyte), undefined);
  world.flow.close();
});

pure("Flow counts what a read takes beside its bytes, so that a flood of empty ones has an end", () => {
  const world = new FlowWorld(late(10), { isDatagram: true });
  let count = 0;
  while (!world.flow.push(new Uint8Array())) assertLessOrEqual(++count, 10_000);
  world.flow.close();
});

pure("Flow.close gives up what is under way, its timers, and whoever waits", async () => {
  for (const disturbance of [late(10), { glue: 10 }, { rate: 1 }, { reorder: 1 }]) {
    const world = new FlowWorld(disturbance, { isDatagram: "reorder" in disturbance });
    world.push("ab", "cd");
    await turn();
    const before = world.texts.length;
    const waiting = world.flow.push(new Uint8Array(5 << 20));
    const ended = world.flow.end();
    world.flow.close();
    world.flow.close();
    await Promise.all([waiting, ended, world.flow.working]);
    assertEquals(world.clock.pending, 0, JSON.stringify(disturbance));
    await world.flow.push(new Uint8Array(5 << 20));
    await world.pass(20);
    assert(world.texts.length <= before + 1, `${world.texts.length} written`);
  }
});

pure("Flow tells once of a write that failed, and writes nothing more", async () => {
  const reason = new Error("gone");
  const parts: string[] = [];
  const world = new FlowWorld({ chunk: 1 }, {
    write(bytes) {
      parts.push(textOf(bytes));
      return Promise.reject(reason);
    },
  });
  world.push("ab", "c");
  await world.flow.end();
  world.push("d");
  await world.pass(0);
  assertEquals([parts, world.failures], [["a"], [reason]]);
});
