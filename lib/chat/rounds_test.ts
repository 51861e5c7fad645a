import { assert, assertEquals } from "@std/assert";
import { parseSpec } from "../framing/mod.ts";
import type { Connection } from "../net/mod.ts";
import { utf8 } from "../text/mod.ts";
import { Feed } from "./feed.ts";
import { Forms } from "./form.ts";
import { Reader } from "./reader.ts";
import { Rounds } from "./rounds.ts";

function pure(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

const PLAIN = new Forms(parseSpec("line")).get(utf8, false);

/** A feed with so many readers; each write is noted and, with `isSlow`, never done. */
function feedOf(readers: number, writes: string[], isSlow = false): Feed {
  const feed = new Feed(PLAIN, 65_536);
  for (let i = 0; i < readers; i++) {
    const connection = {
      write(bytes: Uint8Array) {
        writes.push(new TextDecoder().decode(bytes));
        return isSlow ? new Promise(() => {}) : Promise.resolve();
      },
    } as Partial<Connection> as Connection;
    new Reader(connection, PLAIN, { maxQueue: 65_536, missed: String, onStalled() {}, onUnframed() {} })
      .follow(feed);
  }
  return feed;
}

/** Done in the next turn of the event loop. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

pure("Rounds.wake begins no write at once, and all that a turn has said goes in one", async () => {
  const rounds = new Rounds();
  const writes: string[] = [];
  const feed = feedOf(2, writes);
  for (const line of ["one", "two"]) {
    feed.append(line);
    rounds.wake(feed, 1);
  }
  assertEquals(writes, []);
  await turn();
  assertEquals(writes, ["one\ntwo\n", "one\ntwo\n"]);
});

pure("Rounds.wake begins at most 100 writes a turn, whoever does not read", async () => {
  const rounds = new Rounds();
  const writes: string[] = [];
  const feed = feedOf(250, writes, true);
  feed.append("one");
  rounds.wake(feed, 1);
  const begun: number[] = [];
  while (writes.length < 250) {
    await turn();
    begun.push(writes.length);
    assert(begun.length < 10, String(begun));
  }
  const steps = begun.map((count, i) => count - (begun[i - 1] ?? 0));
  assert(steps.every((step) => step <= 100), String(steps));
  // Who is still writing is passed over, and the round ends.
  feed.append("two");
  rounds.wake(feed, 1);
  await turn();
  await turn();
  assertEquals([writes.length, feed.isDue], [250, false]);
});

pure("Rounds comes to what was said while a round was under way, and to every feed", async () => {
  const rounds = new Rounds();
  const [first, second]: string[][] = [[], []];
  const [big, small] = [feedOf(150, first), feedOf(1, second)];
  for (const feed of [big, small]) {
    feed.append("one");
    rounds.wake(feed, 1);
  }
  await turn();
  big.append("two");
  rounds.wake(big, 1);
  while (first.length < 250) await turn();
  await turn();
  // Who was woken late has both in one write.
  assertEquals(first.filter((text) => text === "one\n").length, 100);
  assertEquals(first.filter((text) => text === "two\n").length, 100);
  assertEquals(first.filter((text) => text === "one\ntwo\n").length, 50);
  assertEquals(second, ["one\n"]);
});

pure("Rounds goes on when readers leave and come while a round is under way", async () => {
  const rounds = new Rounds();
  const writes: string[] = [];
  const feed = feedOf(150, writes, true);
  feed.append("one");
  rounds.wake(feed, 1);
  await turn();
  const late = [...feed.readers].slice(100);
  for (const reader of late) reader.close();
  const [other]: string[][] = [[]];
  const next = feedOf(1, other);
  next.append("two");
  rounds.wake(next, 1);
  while (!other.length) await turn();
  assertEquals([writes.length, other], [100, ["two\n"]]);
});

pure("Rounds.finish begins all writes at once", async () => {
  const rounds = new Rounds();
  const writes: string[] = [];
  const feed = feedOf(250, writes);
  feed.append("one");
  rounds.wake(feed, 1);
  rounds.finish();
  assertEquals(writes.length, 250);
  await turn();
  assertEquals(writes.length, 250);
});

pure(
  "Rounds.caughtUp lets who says much wait until all writes have begun, and for no slow reader",
  async () => {
    const rounds = new Rounds();
    const writes: string[] = [];
    const feed = feedOf(150, writes, true);
    feed.append("x");
    rounds.wake(feed, 2);
    assertEquals(rounds.caughtUp(), undefined);
    rounds.wake(feed, 40_000);
    await rounds.caughtUp();
    assertEquals([writes.length, rounds.caughtUp()], [150, undefined]);
  },
);
