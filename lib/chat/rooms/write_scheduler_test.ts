import { assert, assertEquals } from "@std/assert";
import { pure, turn } from "../../../tests/support/pure.ts";
import { parseSpec } from "../../framing/mod.ts";
import { FakeClock } from "../../net/_fake_clock.ts";
import type { Connection } from "../../net/mod.ts";
import { utf8 } from "../../text/mod.ts";
import { Feed } from "./feed.ts";
import { LineFormats } from "./line_format.ts";
import { Subscriber } from "./subscriber.ts";
import { WriteScheduler } from "./write_scheduler.ts";

const PLAIN = new LineFormats(parseSpec("line")).get(utf8, false);

/** When a write is done: at once, in a moment, or never. */
type Pace = "now" | "soon" | "never";

/** A feed with `count` subscribers. Each write is noted. */
function feedOf(count: number, writes: string[], pace: Pace = "soon"): Feed {
  return subscribedFeed(count, writes, pace).feed;
}

/** The same, with its subscribers. */
function subscribedFeed(count: number, writes: string[], pace: Pace) {
  const feed = new Feed(PLAIN, 65_536);
  const subscribers = Array.from({ length: count }, () => {
    const connection = {
      write(bytes: Uint8Array) {
        writes.push(new TextDecoder().decode(bytes));
        return pace === "now" ? undefined : pace === "soon" ? Promise.resolve() : new Promise<void>(() => {});
      },
    } as Partial<Connection> as Connection;
    const options = { maxQueue: 65_536, missed: String, onStalled() {}, onUnframed() {} };
    const subscriber = new Subscriber(connection, PLAIN, new FakeClock(), options);
    subscriber.follow(feed);
    return subscriber;
  });
  return { feed, subscribers };
}

pure("WriteScheduler.wake begins no write at once, and all that a turn has said goes in one", async () => {
  const scheduler = new WriteScheduler();
  const writes: string[] = [];
  const feed = feedOf(2, writes);
  for (const line of ["one", "two"]) {
    feed.append(line);
    scheduler.wake(feed, 1);
  }
  assertEquals(writes, []);
  await turn();
  assertEquals(writes, ["one\ntwo\n", "one\ntwo\n"]);
});

for (const pace of ["now", "soon", "never"] as const) {
  pure(`WriteScheduler.wake begins at most 100 writes a turn that are done ${pace}`, async () => {
    const scheduler = new WriteScheduler();
    const writes: string[] = [];
    const feed = feedOf(250, writes, pace);
    feed.append("one");
    scheduler.wake(feed, 1);
    const begun: number[] = [];
    while (writes.length < 250) {
      await turn();
      begun.push(writes.length);
      assert(begun.length < 10, String(begun));
    }
    const steps = begun.map((count, i) => count - (begun[i - 1] ?? 0));
    assert(steps.every((step) => step <= 100), String(steps));
  });
}

pure("WriteScheduler passes over who is still writing, and the round ends", async () => {
  const scheduler = new WriteScheduler();
  const writes: string[] = [];
  const feed = feedOf(50, writes, "never");
  for (const line of ["one", "two"]) {
    feed.append(line);
    scheduler.wake(feed, 1);
    await turn();
    await turn();
  }
  assertEquals([writes.length, feed.isDue], [50, false]);
});

pure("WriteScheduler comes to what was said while a round was under way, and to every feed", async () => {
  const scheduler = new WriteScheduler();
  const [first, second]: string[][] = [[], []];
  const [big, small] = [feedOf(150, first), feedOf(1, second)];
  for (const feed of [big, small]) {
    feed.append("one");
    scheduler.wake(feed, 1);
  }
  await turn();
  big.append("two");
  scheduler.wake(big, 1);
  while (first.length < 250) await turn();
  await turn();
  // Who was woken late has both in one write.
  assertEquals(first.filter((text) => text === "one\n").length, 100);
  assertEquals(first.filter((text) => text === "two\n").length, 100);
  assertEquals(first.filter((text) => text === "one\ntwo\n").length, 50);
  assertEquals(second, ["one\n"]);
});

pure("WriteScheduler goes on when subscribers leave and come while a round is under way", async () => {
  const scheduler = new WriteScheduler();
  const writes: string[] = [];
  const { feed, subscribers } = subscribedFeed(150, writes, "never");
  feed.append("one");
  scheduler.wake(feed, 1);
  await turn();
  for (const subscriber of subscribers.slice(100)) subscriber.close();
  const [other]: string[][] = [[]];
  const next = feedOf(1, other);
  next.append("two");
  scheduler.wake(next, 1);
  while (!other.length) await turn();
  assertEquals([writes.length, other], [100, ["two\n"]]);
});

pure("WriteScheduler.finish begins all writes at once", async () => {
  const scheduler = new WriteScheduler();
  const writes: string[] = [];
  const feed = feedOf(250, writes);
  feed.append("one");
  scheduler.wake(feed, 1);
  scheduler.finish();
  assertEquals(writes.length, 250);
  await turn();
  assertEquals(writes.length, 250);
});

pure(
  "WriteScheduler.caughtUp lets who says much wait until all writes have begun, and for no slow subscriber",
  async () => {
    const scheduler = new WriteScheduler();
    const writes: string[] = [];
    const feed = feedOf(150, writes, "never");
    feed.append("x");
    scheduler.wake(feed, 2);
    assertEquals(scheduler.caughtUp(), undefined);
    scheduler.wake(feed, 40_000);
    await scheduler.caughtUp();
    assertEquals([writes.length, scheduler.caughtUp()], [150, undefined]);
  },
);
