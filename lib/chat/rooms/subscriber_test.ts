import { assert, assertEquals } from "@std/assert";
import { NUMBERED, Peer, PLAIN, say } from "./_subscriber_testing.ts";
import { pure, turn } from "../_testing.ts";
import { Feed } from "./feed.ts";

pure(
  "Subscriber writes what its feed has had since it follows it, as much as there is in one write",
  async () => {
    const feed = new Feed(PLAIN, 65_536);
    const peer = new Peer();
    say(feed, "before");
    peer.subscriber.follow(feed);
    say(feed, "one");
    say(feed, "two", "three");
    assertEquals([await peer.read(), await peer.read()], ["one\n", "two\nthree\n"]);
    assertEquals([await peer.rest(), peer.subscriber.isBusy], [[], false]);
  },
);

pure("Subscriber.tell comes behind what was said before it, and before what is said after it", async () => {
  const feed = new Feed(PLAIN, 65_536);
  const peer = new Peer();
  peer.subscriber.follow(feed);
  say(feed, "one");
  peer.subscriber.tell("for you");
  say(feed, "two");
  peer.subscriber.tell("you again", "and again");
  peer.subscriber.tell();
  say(feed, "three");
  assertEquals(await peer.rest(), ["one", "for you", "two", "you again", "and again", "three"]);
});

pure(
  "Subscriber.passOver leaves out its own lines, at whatever place, and writes its receipts there",
  async () => {
    const feed = new Feed(NUMBERED, 65_536);
    const peer = new Peer(NUMBERED);
    peer.subscriber.follow(feed);
    peer.subscriber.passOver(feed.append("#1 own"), "/taken 1");
    say(feed, "#2 amy: hi");
    peer.subscriber.passOver(feed.append("#3 own"), "/taken 3");
    peer.subscriber.passOver(feed.append("#4 own"), "/taken 4");
    peer.subscriber.tell("* for you");
    say(feed, "#5 bob: hi");
    const expected = ["/taken 1", "#2 amy: hi", "/taken 3", "/taken 4", "* for you", "#5 bob: hi"];
    assertEquals(await peer.rest(), expected);
  },
);

pure("Subscriber.passOver of a line that is next costs no write", async () => {
  const feed = new Feed(PLAIN, 65_536);
  const peer = new Peer();
  peer.subscriber.follow(feed);
  peer.subscriber.passOver(feed.append("own"));
  assertEquals([peer.subscriber.isBusy, peer.subscriber.wake()], [false, "idle"]);
  say(feed, "amy: hi");
  peer.subscriber.passOver(feed.append("own"));
  assertEquals(await peer.rest(), ["amy: hi"]);
});

pure(
  "Subscriber tells a slow peer exactly how many lines of others it has missed, at the place",
  async () => {
    const feed = new Feed(PLAIN, 8_192);
    const peer = new Peer();
    peer.subscriber.follow(feed);
    say(feed, "first");
    for (let i = 0; i < 400; i++) {
      const start = feed.append(`${i}`.padEnd(99, "."));
      if (i % 4 === 0) peer.subscriber.passOver(start);
      else peer.subscriber.wake();
    }
    const lines = await peer.rest();
    assertEquals(lines[0], "first");
    const missed = Number(lines[1].match(/^\* you missed (\d+)$/)![1]);
    const numbers = lines.slice(2).map((line) => parseInt(line));
    const others = Array.from({ length: 400 }, (_, i) => i).filter((i) => i % 4);
    assertEquals(numbers, others.slice(missed));
    assert(missed > 200 && numbers.length > 0, `${missed} missed, ${numbers.length} not`);
  },
);

pure("Subscriber keeps what is for a slow peer alone when its feed forgets what was before", async () => {
  const feed = new Feed(PLAIN, 4_096);
  const peer = new Peer();
  peer.subscriber.follow(feed);
  say(feed, "first");
  say(feed, "second");
  peer.subscriber.tell("for you");
  for (let i = 0; i < 100; i++) feed.append("x".repeat(99));
  const lines = await peer.rest();
  assertEquals(lines[0], "first");
  const [before, missed, after] = lines.slice(1, 4);
  assertEquals([before.replace(/\d+/, "N"), missed], ["* you missed N", "for you"]);
  assertEquals(after, "x".repeat(99));
  assertEquals(Number(before.match(/\d+/)) + lines.length - 4 + 1, 101);
});

pure("Subscriber tells a client of ours nothing of what it missed, which has the numbers", async () => {
  const feed = new Feed(NUMBERED, 4_096);
  const peer = new Peer(NUMBERED);
  peer.subscriber.follow(feed);
  for (let i = 1; i <= 200; i++) say(feed, `#${i} ${"x".repeat(90)}`);
  const numbers = (await peer.rest()).map((line) => Number(line.match(/^#(\d+) x+$/)![1]));
  assertEquals([numbers[0], numbers.at(-1)], [1, 200]);
  assert(numbers.length < 60);
});

pure("Subscriber's writes under way stay as they were when the feed forgets them", async () => {
  const feed = new Feed(PLAIN, 65_536);
  const peer = new Peer();
  peer.subscriber.follow(feed);
  for (let i = 0; i < 30; i++) feed.append(`${i} ${"a".repeat(90)}`);
  peer.subscriber.wake();
  for (let i = 0; i < 2_000; i++) say(feed, `${i} ${"b".repeat(90)}`);
  const lines = await peer.rest();
  assertEquals(lines.slice(0, 30), Array.from({ length: 30 }, (_, i) => `${i} ${"a".repeat(90)}`));
  assertEquals(lines[30].replace(/\d+/, "N"), "* you missed N");
  assertEquals(lines.at(-1), `1999 ${"b".repeat(90)}`);
  assertEquals(Number(lines[30].match(/\d+/)) + lines.length - 31, 2_000);
});

pure(
  "Subscriber loses nothing as long as no more waits than may, wherever its feed's memory ends",
  async () => {
    const feed = new Feed(PLAIN, 4_096);
    const peer = new Peer();
    peer.subscriber.follow(feed);
    for (let i = 0; i < 400; i += 3) {
      const lines = [i, i + 1, i + 2].map((number) => `${number}`.padEnd(99, "."));
      say(feed, ...lines);
      // What lies in two pieces of memory comes in two writes.
      let heard = "";
      for (; peer.subscriber.isBusy; await turn()) heard += await peer.read();
      assertEquals(heard.split("\n"), [...lines, ""]);
    }
    assertEquals(await peer.rest(), []);
  },
);

pure("Subscriber.follow loses nothing of the feed before, and takes nothing more of it", async () => {
  const [lobby, dev] = [new Feed(PLAIN, 65_536), new Feed(PLAIN, 65_536)];
  const peer = new Peer();
  peer.subscriber.follow(lobby);
  say(lobby, "one");
  say(lobby, "two");
  peer.subscriber.tell("for you");
  peer.subscriber.passOver(lobby.append("own"));
  say(lobby, "three");
  say(dev, "before");
  peer.subscriber.follow(dev);
  say(lobby, "behind its back");
  say(dev, "four");
  peer.subscriber.follow(lobby);
  say(lobby, "five");
  assertEquals(await peer.rest(), ["one", "two", "for you", "three", "four", "five"]);
});

pure("Subscriber.unfollow writes what is left, even if nobody has woken it for that", async () => {
  const feed = new Feed(PLAIN, 65_536);
  const peer = new Peer();
  peer.subscriber.follow(feed);
  feed.append("one");
  peer.subscriber.unfollow();
  for (const subscriber of feed.subscribers) subscriber.wake();
  assertEquals(feed.subscribers.size, 0);
  let heard: string | undefined;
  void peer.read().then((text) => heard = text);
  await turn();
  assertEquals(heard, "one\n");
  peer.subscriber.close();
});

pure("Subscriber.flushed is done for everyone who waits for it", async () => {
  const peer = new Peer();
  peer.subscriber.tell("one");
  const done: number[] = [];
  void peer.subscriber.flushed().then(() => done.push(1));
  void peer.subscriber.flushed().then(() => done.push(2));
  await turn();
  assertEquals(done, []);
  await peer.read();
  await turn();
  assertEquals(done, [1, 2]);
});
