import { assertEquals, assertThrows } from "@std/assert";
import { FrameError, parseSpec } from "../framing/mod.ts";
import { pipe } from "../net/mod.ts";
import { utf8 } from "../text/mod.ts";
import { Feed } from "./feed.ts";
import { Forms } from "./form.ts";
import { Reader } from "./reader.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

const PLAIN = new Forms(parseSpec("line")).get(utf8, false);

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

/** A reader of the feed whose peer never reads. */
function slowReader(feed: Feed): Reader {
  const missed = (count: number) => `* ${count}`;
  const reader = new Reader(pipe()[0], feed.form, { maxQueue: 4096, missed, onStalled() {} });
  reader.follow(feed);
  return reader;
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
  const starts = Array.from({ length: 2_000 }, (_, i) => feed.append(`${i}`.padStart(99, "x")));
  slowReader(feed);
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
  const reader = slowReader(feed);
  feed.append("first");
  const long = "x".repeat(100_000);
  const start = feed.append(long);
  assertEquals(textOf(feed.view(start, feed.end)), `${long}\n`);
  assertEquals(reader.position, start);
});

pure("Feed keeps what its slowest reader has not read, up to its limit, whole lines alone", () => {
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

pure("Feed without readers keeps no more than a piece or two", () => {
  const feed = new Feed(PLAIN, 65_536);
  for (let i = 0; i < 10_000; i++) feed.append("x".repeat(99));
  assertEquals(feed.end, 1_000_000);
  assertEquals(feed.count(0, feed.end) <= 1_311, true);
});
