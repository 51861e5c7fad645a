import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pure } from "../../../tests/support/pure.ts";
import { FrameError, parseSpec } from "../../framing/mod.ts";
import { FakeClock } from "../../net/_fake_clock.ts";
import { PullReader } from "../../net/_pull_reader.ts";
import { type Connection, pipe } from "../../net/mod.ts";
import { utf8 } from "../../text/mod.ts";
import { Feed } from "./feed.ts";
import { LineFormats } from "./line_format.ts";
import { Subscriber } from "./subscriber.ts";

const PLAIN = new LineFormats(parseSpec("line")).get(utf8, false);

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** All that a feed still holds from an offset on. */
function restOf(feed: Feed, from: number): string {
  let text = "";
  while (from < feed.end) {
    const view = feed.view(from, feed.end);
    text += textOf(view);
    from += view.length;
  }
  return text;
}

/** A subscriber of the feed whose peer never reads. */
function slowReader(feed: Feed): Subscriber {
  const missed = (count: number) => `* ${count}`;
  const subscriber = new Subscriber(pipe()[0], feed.format, new FakeClock(), {
    maxQueue: 4096,
    missed,
    onStalled() {},
    onUnframed() {},
  });
  subscriber.follow(feed);
  return subscriber;
}

pure("Feed.append gives the offset where the line begins, and view gives whole lines from there", () => {
  const feed = new Feed(PLAIN, 4096);
  const starts = ["one", "two", "three"].map((line) => feed.append(line));
  assertEquals([...starts, feed.end], [0, 4, 8, 14]);
  assertEquals(textOf(feed.view(4, 8)), "two\n");
  assertEquals(textOf(feed.view(4, 14)), "two\nthree\n");
  assertEquals(starts.map((start) => feed.lineEnd(start)), [4, 8, 14]);
});

pure("Feed.count counts the lines between two offsets, over all its memory", () => {
  const feed = new Feed(PLAIN, 1 << 20);
  slowReader(feed);
  const starts = Array.from({ length: 2_000 }, (_, i) => feed.append(`${i}`.padStart(99, "x")));
  assertEquals(feed.count(0, feed.end), 2_000);
  assertEquals(feed.count(starts[41], starts[1_999]), 1_958);
  assertEquals(feed.count(starts[41], starts[41]), 0);
});

pure("Feed.append refuses what no frame can hold, and is as before", () => {
  const feed = new Feed(PLAIN, 4096);
  feed.append("one");
  assertThrows(() => feed.append("a\nb"), FrameError);
  assertEquals([feed.end, feed.count(0, feed.end), restOf(feed, 0)], [4, 1, "one\n"]);
});

pure("Feed holds a line that is longer than all it may keep", () => {
  const feed = new Feed(PLAIN, 4096);
  const subscriber = slowReader(feed);
  feed.append("first");
  const long = "x".repeat(100_000);
  const start = feed.append(long);
  assertEquals(textOf(feed.view(start, feed.end)), `${long}\n`);
  assertEquals(subscriber.position, start);
});

pure("Feed keeps what its slowest subscriber has not read, up to its limit, whole lines alone", () => {
  const feed = new Feed(PLAIN, 65_536);
  const slow = slowReader(feed);
  const lines = Array.from({ length: 3_000 }, (_, i) => `${i} `.padEnd(30 + i % 50, "y"));
  const starts = lines.map((line) => feed.append(line));
  const first = starts.indexOf(slow.position);
  // About as much as the limit, and not a part of a line.
  const kept = feed.end - slow.position;
  assertEquals(kept > 40_000 && kept <= 65_536, true, `${kept} bytes`);
  assertEquals(restOf(feed, slow.position), lines.slice(first).map((line) => `${line}\n`).join(""));
});

pure("Feed without subscribers keeps no more than a piece or two", () => {
  const feed = new Feed(PLAIN, 65_536);
  for (let i = 0; i < 10_000; i++) feed.append("x".repeat(99));
  assertEquals(feed.end, 1_000_000);
  assertEquals(feed.count(0, feed.end) <= 1_311, true);
});

/** What a random member does. */
type Step =
  | { do: "say" | "tell"; who: number; length: number }
  | { do: "move" | "wake"; who: number; room: number }
  | { do: "read"; who: number; size: number };

const MEMBERS = 4;
const ROOMS = 2;
const anyWho = fc.nat(MEMBERS - 1);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: step("say", { length: fc.integer({ min: 0, max: 900 }) }) },
  { weight: 2, arbitrary: step("tell", { length: fc.integer({ min: 0, max: 900 }) }) },
  { weight: 1, arbitrary: step("move", { room: fc.nat(ROOMS - 1) }) },
  { weight: 2, arbitrary: step("wake", { room: fc.nat(ROOMS - 1) }) },
  { weight: 4, arbitrary: step("read", { size: fc.integer({ min: 1, max: 3_000 }) }) },
);

function step<T>(name: Step["do"], rest: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Step> {
  return fc.record({ do: fc.constant(name), who: anyWho, ...rest }) as unknown as fc.Arbitrary<Step>;
}

/** A member whose peer reads as much as it is allowed. */
class Member {
  readonly subscriber: Subscriber;
  /** What it should hear, missed or not. */
  readonly due: string[] = [];
  #here: Connection;
  #reading: Promise<void>;
  #allowed: number[] = [];
  #isFree = false;
  #go = () => {};
  #text = "";

  constructor(maxQueue: number) {
    const [here, there] = pipe();
    this.#here = here;
    const missed = (count: number) => `* missed ${count}`;
    this.subscriber = new Subscriber(here, PLAIN, new FakeClock(), {
      maxQueue,
      missed,
      onStalled() {},
      onUnframed() {},
    });
    this.#reading = this.#read(there);
  }

  async #read(there: Connection): Promise<void> {
    const buffer = new Uint8Array(3_000);
    const reader = new PullReader(there);
    for (;;) {
      while (!this.#isFree && !this.#allowed.length) await new Promise<void>((go) => this.#go = go);
      const count = await reader.read(buffer.subarray(0, this.#allowed.shift()));
      if (count === null) return;
      this.#text += textOf(buffer.subarray(0, count));
    }
  }

  mayRead(size: number): void {
    this.#allowed.push(size);
    this.#go();
  }

  /** All that it has heard in the end. */
  async heard(): Promise<string[]> {
    this.#isFree = true;
    this.#go();
    await this.subscriber.flushed();
    this.subscriber.close();
    this.#here.close();
    await this.#reading;
    return this.#text.split("\n").slice(0, -1);
  }
}

/** Runs the steps with rooms of this limit: what each member was due, and what it has heard. */
async function run(steps: Step[], maxQueue: number): Promise<{ due: string[]; heard: string[] }[]> {
  const feeds = Array.from({ length: ROOMS }, () => new Feed(PLAIN, maxQueue));
  const members = Array.from({ length: MEMBERS }, () => new Member(maxQueue));
  const places = members.map(() => feeds[0]);
  const wake = (feed: Feed) => feed.subscribers.forEach((subscriber) => subscriber.wake());
  for (const { subscriber } of members) subscriber.follow(feeds[0]);
  for (const [i, step] of steps.entries()) {
    const { subscriber, due } = members[step.who];
    const feed = places[step.who];
    if (step.do === "say") {
      const line = `${i} `.padEnd(step.length, "x");
      const start = feed.append(line);
      subscriber.passOver(start);
      members.forEach((one, j) => j !== step.who && places[j] === feed && one.due.push(line));
    } else if (step.do === "tell") {
      const line = `${i} `.padEnd(step.length, "y");
      due.push(line);
      subscriber.tell(line);
    } else if (step.do === "move") {
      places[step.who] = feeds[step.room];
      subscriber.follow(feeds[step.room]);
    } else if (step.do === "wake") {
      wake(feeds[step.room]);
    } else if (step.do === "read") {
      members[step.who].mayRead(step.size);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
  feeds.forEach(wake);
  return await Promise.all(members.map(async (one) => ({ due: one.due, heard: await one.heard() })));
}

pure(
  "Feed and Subscriber give every member each line of others once and in order, whoever moves",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 120 }), async (steps) => {
        for (const { due, heard } of await run(steps, 1 << 20)) assertEquals(heard, due);
      }),
      { numRuns: 60 },
    );
  },
);

/** What a member must have heard if the lines told as missed are those that it has not. */
function checkMissed(due: string[], heard: string[]): void {
  let at = 0;
  let missed = 0;
  let told = 0;
  for (const line of heard) {
    const count = line.match(/^\* missed (\d+)$/)?.[1];
    told += Number(count ?? 0);
    if (count !== undefined) continue;
    const place = due.indexOf(line, at);
    assertEquals(place >= at, true, `${line.slice(0, 9)} comes twice or too late`);
    missed += place - at;
    at = place + 1;
  }
  assertEquals(told, missed + due.length - at);
}

pure("Feed and Subscriber tell every slow member exactly how many lines it has missed", async () => {
  const steps = anyStep.filter((step) => step.do !== "move");
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 60, maxLength: 200 }), async (steps) => {
      for (const { due, heard } of await run(steps, 4_096)) checkMissed(due, heard);
    }),
    { numRuns: 60 },
  );
});

pure("Feed and Subscriber tell a slow member that moves exactly how many lines it has missed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 60, maxLength: 200 }), async (steps) => {
      for (const { due, heard } of await run(steps, 4_096)) checkMissed(due, heard);
    }),
    { numRuns: 60 },
  );
});
