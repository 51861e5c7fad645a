import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FakeClock, pure, turn } from "../../app/_testing.ts";
import type { PinwireError } from "../../errors.ts";
import { type Connection, pipe } from "../../net/mod.ts";
import { randomFor } from "../../packet/random.ts";
import { textOf, utf8 } from "./_flow_testing.ts";
import type { Disturbance } from "./disturbance.ts";
import { type Failure, Lane } from "./lane.ts";

/** A lane between two pipes, seen from their far ends. */
class LaneWorld {
  readonly clock = new FakeClock();
  readonly lane: Lane;
  /** Who sends, and who receives. */
  readonly sender: Connection;
  readonly receiver: Connection;
  /** Its own end of the sender. */
  readonly source: Connection;
  /** What has come out. */
  text = "";
  /** What the lane asked for, each with the bytes that had passed by then. */
  readonly endings: string[] = [];
  readonly running: Promise<Failure | undefined>;

  constructor(disturbance: Disturbance = {}, { isDatagram = false, isRead = true } = {}) {
    const [sender, source] = pipe();
    this.source = source;
    const [target, receiver] = pipe();
    this.sender = sender;
    this.receiver = receiver;
    this.lane = new Lane({
      source,
      target,
      disturbance,
      isDatagram,
      random: randomFor(1, 1, 0),
      clock: this.clock,
      end: (how) => {
        this.endings.push(`${how} after ${this.lane.passed}`);
        this.lane.close();
      },
      failed: (error) => this.endings.push(`${error}`),
    });
    this.running = this.lane.run();
    this.running.catch(() => {});
    if (isRead) void receiver.receive((bytes) => void (this.text += textOf(bytes)));
  }

  /** What ended it, and whose connection that was. */
  async failed(): Promise<string> {
    const { error, by } = (await this.running)!;
    return `${(error as PinwireError).code} by the ${by === this.source ? "source" : "target"}`;
  }

  /** Writes each of these, and lets happen what can. */
  async send(...texts: string[]): Promise<string> {
    for (const text of texts) this.sender.write(utf8(text))?.catch(() => {});
    await turn();
    return this.text;
  }
}

pure("Lane passes all bytes on, counts them, and ends with its source", async () => {
  const world = new LaneWorld();
  assertEquals(await world.send("ab", "c"), "abc");
  assertEquals(world.lane.passed, 3);
  await world.sender.closeWrite();
  await world.running;
  assertEquals([world.endings, world.clock.pending], [[], 0]);
});

for (const what of ["cut", "reset"] as const) {
  pure(`Lane asks for the ${what} behind exactly so many bytes, wherever in a read they end`, async () => {
    for (
      const [at, sent, wanted] of [
        [3, ["abcdef"], "abc"],
        [3, ["abc"], "abc"],
        [3, ["a", "bcd", "e"], "abc"],
        [4, ["ab", "cdef"], "abcd"],
        [0, ["a"], ""],
      ] as const
    ) {
      const world = new LaneWorld({ [what]: at });
      assertEquals(await world.send(...sent), wanted);
      assertEquals(world.endings, [`${what} after ${at}`]);
      // What comes then is read, as nobody may be held up by it, and goes nowhere.
      await world.send("more");
      await world.sender.closeWrite();
      await world.running;
      assertEquals([world.text, world.endings.length], [wanted, 1]);
    }
  });
}

pure("Lane asks for a cut at 0 before anything has come", async () => {
  const world = new LaneWorld({ cut: 0 });
  await turn();
  assertEquals(world.endings, ["cut after 0"]);
  await world.sender.closeWrite();
  await world.running;
});

pure("Lane asks for no cut that its bytes don't reach", async () => {
  const world = new LaneWorld({ cut: 4 });
  await world.send("abc");
  await world.sender.closeWrite();
  await world.running;
  assertEquals([world.text, world.endings], ["abc", []]);
});

pure(
  "Lane stalls behind exactly so many bytes, holds its sender up, and goes on once it is told to",
  async () => {
    for (const sent of [["abcdef"], ["ab", "cd", "ef"], ["abc", "def"]]) {
      const world = new LaneWorld({ stall: 3 });
      assertEquals(await world.send(...sent), "abc");
      assertEquals(world.lane.gate.reason, "stalled");
      let isTaken = false;
      const more = world.sender.write(utf8("g"))!.then(() => isTaken = true);
      await turn();
      assertEquals(isTaken, false);
      world.lane.gate.open();
      await more;
      await world.sender.closeWrite();
      await world.running;
      assertEquals([world.text, world.lane.passed], ["abcdefg", 7]);
    }
  },
);

pure("Lane keeps the end of its source to itself while it is shut", async () => {
  const world = new LaneWorld({ stall: 1 });
  await world.send("a");
  await world.sender.closeWrite();
  let isOver = false;
  const over = world.running.then(() => isOver = true);
  await turn();
  assertEquals(isOver, false);
  world.lane.gate.open();
  await over;
});

pure("Lane cuts where it stalls, if both stand at the same byte", async () => {
  const world = new LaneWorld({ stall: 2, cut: 2 });
  assertEquals(await world.send("abcd"), "ab");
  assertEquals(world.endings, ["cut after 2"]);
});

pure("Lane reaches each of its milestones in the order of the bytes", async () => {
  const world = new LaneWorld({ cut: 5, stall: 2 });
  assertEquals(await world.send("abcdefgh"), "ab");
  assertEquals(world.endings, []);
  world.lane.gate.open();
  await turn();
  assertEquals([world.text, world.endings], ["abcde", ["cut after 5"]]);
});

pure("Lane keeps datagrams whole: one that crosses the cut passes, and so does an empty one", async () => {
  const world = new LaneWorld({ cut: 3 }, { isDatagram: true });
  assertEquals(await world.send("ab", "cd", "ef"), "abcd");
  assertEquals(world.endings, ["cut after 4"]);
});

pure("Lane counts what comes out of its flow, not what went in", async () => {
  const world = new LaneWorld({ delay: { ms: 5, jitter: 0 }, cut: 4, chunk: 3 });
  await world.send("abc", "def");
  assertEquals(world.lane.passed, 0);
  world.clock.pass(5);
  await turn();
  assertEquals([world.text, world.endings], ["abcd", ["cut after 4"]]);
});

pure("Lane passes a failure of its source on behind all that came before it", async () => {
  const world = new LaneWorld({ delay: { ms: 5, jitter: 0 } });
  await world.send("ab");
  world.sender.reset();
  await turn();
  assertEquals(world.text, "");
  for (let i = 0; i < 2; i++) {
    world.clock.pass(5);
    await turn();
  }
  assertEquals([await world.failed(), world.text, world.clock.pending], [
    "connection_reset by the source",
    "ab",
    0,
  ]);
});

pure("Lane tells of a write that failed, with a flow as without one", async () => {
  const direct = new LaneWorld();
  direct.receiver.reset();
  await direct.send("a");
  assertEquals(await direct.failed(), "connection_closed by the target");
  const delayed = new LaneWorld({ chunk: 1 });
  delayed.receiver.reset();
  await delayed.send("ab");
  assertEquals(delayed.endings.length, 1);
  await delayed.sender.closeWrite();
  await delayed.running;
});

pure("Lane holds its sender up while its receiver reads nothing", async () => {
  const world = new LaneWorld({}, { isRead: false });
  let isTaken = false;
  const written = world.sender.write(new Uint8Array(1 << 20))!.then(() => isTaken = true);
  await turn();
  assertEquals(isTaken, false);
  void world.receiver.receive(() => {});
  await written;
  await world.sender.closeWrite();
  await world.running;
});

pure("Lane that drains lets out what it has taken, and takes no more", async () => {
  const world = new LaneWorld({ delay: { ms: 5, jitter: 0 } });
  await world.send("ab");
  let isDrained = false;
  const draining = world.lane.drain().then(() => isDrained = true);
  await world.send("c");
  assertEquals(isDrained, false);
  world.clock.pass(5);
  await draining;
  world.clock.pass(5);
  await turn();
  assertEquals([world.text, world.lane.passed], ["ab", 2]);
  world.lane.close();
  await world.sender.closeWrite();
  await world.running;
  assertEquals(world.clock.pending, 0);
});

pure(
  "Lane passes every byte exactly once, however the bytes are cut and whatever holds them up",
  async () => {
    const anyReads = fc.array(fc.uint8Array({ minLength: 1, maxLength: 8 }), { maxLength: 8 });
    const maybe = (max: number, min = 1) => fc.option(fc.integer({ min, max }), { nil: undefined });
    const anyDisturbance = fc.record({
      chunk: maybe(5),
      glue: maybe(3),
      stall: maybe(20),
      rate: maybe(2000, 200),
    });
    await fc.assert(
      fc.asyncProperty(anyReads, anyDisturbance, fc.option(fc.nat({ max: 40 }), { nil: undefined }), async (
        reads,
        disturbance,
        cut,
      ) => {
        const got: number[] = [];
        const world = new LaneWorld({ ...disturbance, cut }, { isRead: false });
        void world.receiver.receive((bytes) => void got.push(...bytes));
        const sent = reads.flatMap((bytes) => [...bytes]);
        for (const bytes of reads) world.sender.write(bytes)?.catch(() => {});
        const ended = world.sender.closeWrite();
        let isOver = false;
        void world.running.then(() => isOver = true);
        for (let i = 0; !isOver; i++) {
          assert(i < 2000, "it never ended");
          await turn();
          world.clock.pass(1);
          if (world.lane.gate.reason) world.lane.gate.open();
        }
        await ended;
        await turn();
        const wanted = cut === undefined ? sent : sent.slice(0, cut);
        assertEquals([got, world.lane.passed], [wanted, wanted.length]);
        assertEquals(world.endings.length, cut !== undefined && cut <= sent.length ? 1 : 0);
      }),
      { numRuns: 100 },
    );
  },
);
