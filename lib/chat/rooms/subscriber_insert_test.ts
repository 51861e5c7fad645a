import { assert, assertEquals } from "@std/assert";
import { PullReader } from "../../net/_pull_reader.ts";
import { type Connection, pipe } from "../../net/mod.ts";
import { NUMBERED, Peer, PLAIN, say } from "./_subscriber_testing.ts";
import { FakeClock, pure, turn } from "../_testing.ts";
import { Feed } from "./feed.ts";
import { Subscriber } from "./subscriber.ts";

pure("Subscriber tells how many lines for it alone it missed, once more wait than may", async () => {
  const peer = new Peer(PLAIN, 3_000);
  peer.subscriber.tell("first");
  for (let i = 0; i < 20; i++) peer.subscriber.tell(`${i}`.padEnd(99, "."));
  // Ten of 100 bytes, and 200 for each in memory, wait.
  peer.subscriber.tell(...Array.from({ length: 7 }, () => "x".repeat(99)));
  const lines = await peer.rest();
  assertEquals([lines.length, lines[0], lines[1]], [12, "first", "* you missed 17"]);
});

pure("Subscriber.hold keeps all back until release, in order", async () => {
  const feed = new Feed(PLAIN, 65_536);
  const peer = new Peer();
  peer.subscriber.tell("greeting");
  peer.subscriber.hold();
  peer.subscriber.follow(feed);
  say(feed, "one");
  peer.subscriber.tell("two");
  assertEquals([await peer.read(), peer.subscriber.isBusy], ["greeting\n", true]);
  peer.subscriber.release();
  assertEquals(await peer.rest(), ["one", "two"]);
});

pure("Subscriber.become forgets what waits, and follows nothing", async () => {
  const feed = new Feed(PLAIN, 65_536);
  const peer = new Peer();
  peer.subscriber.hold();
  peer.subscriber.follow(feed);
  say(feed, "one");
  peer.subscriber.tell("two");
  peer.subscriber.become(NUMBERED);
  assertEquals([feed.subscribers.size, peer.subscriber.format === NUMBERED, peer.subscriber.isBusy], [
    0,
    true,
    false,
  ]);
  peer.subscriber.tell("three");
  assertEquals(await peer.rest(), ["three"]);
});

pure("Subscriber stops when a write fails, and closes the connection", async () => {
  const [here, there] = pipe();
  const subscriber = new Subscriber(here, PLAIN, new FakeClock(), {
    maxQueue: 1_000,
    missed: String,
    onStalled() {},
    onUnframed() {},
  });
  subscriber.tell("one");
  there.close();
  await subscriber.flushed();
  assertEquals(await new PullReader(here).read(new Uint8Array(1)), null);
  subscriber.tell("two");
  assertEquals(subscriber.wake(), "idle");
});

pure(
  "Subscriber says that it is stalled once it misses lines and a write has stood still for 60 s",
  async () => {
    const feed = new Feed(PLAIN, 4_096);
    const peer = new Peer();
    peer.subscriber.follow(feed);
    say(feed, "one");
    const miss = () => {
      for (let i = 0; i < 100; i++) say(feed, "x".repeat(99));
    };
    miss();
    peer.clock.pass(60_000);
    miss();
    assertEquals(peer.stalls, 0);
    peer.clock.pass(1);
    miss();
    assert(peer.stalls > 0);
    // A write that goes through is no standstill.
    peer.stalls = 0;
    await peer.read();
    await turn();
    miss();
    assertEquals(peer.stalls, 0);
    peer.subscriber.close();
  },
);

pure("Subscriber writes a bare peer each line alone, without newline, 50 ms apart", async () => {
  const feed = new Feed(PLAIN, 65_536);
  const peer = new Peer();
  peer.subscriber.isBare = true;
  peer.subscriber.follow(feed);
  say(feed, "one", "two");
  peer.subscriber.tell("for you", "for you too");
  const heard: (string | undefined)[] = [];
  const reading = (async () => {
    while (heard.length < 4) heard.push(await peer.read());
  })();
  for (let count = 1; count <= 4; count++) {
    await turn();
    assertEquals(heard.length, count);
    peer.clock.pass(49);
    await turn();
    assertEquals(heard.length, count);
    peer.clock.pass(1);
  }
  await reading;
  assertEquals(heard, ["one", "two", "for you", "for you too"]);
  await peer.subscriber.flushed();
});

pure("Subscriber whose writes go out at once leaves the others their turn between two of them", async () => {
  const writes: string[] = [];
  const subscribers = ["a", "b"].map((name) => {
    const connection = { write: (bytes: Uint8Array) => void writes.push(name + bytes.length) };
    const subscriber = new Subscriber(
      connection as Partial<Connection> as Connection,
      PLAIN,
      new FakeClock(),
      {
        maxQueue: 1 << 20,
        missed: String,
        onStalled() {},
        onUnframed() {},
      },
    );
    subscriber.hold();
    subscriber.tell(...Array.from({ length: 3 }, (_, i) => "x".repeat(40_000 + i)));
    return subscriber;
  });
  for (const subscriber of subscribers) subscriber.release();
  await Promise.all(subscribers.map((subscriber) => subscriber.flushed()));
  assertEquals(writes, ["a40001", "b40001", "a40002", "b40002", "a40003", "b40003"]);
  assertEquals(subscribers.map(({ isBusy }) => isBusy), [false, false]);
});

pure("Subscriber tells a bare peer without newline too how many lines it has missed", async () => {
  const feed = new Feed(PLAIN, 4_096);
  const peer = new Peer();
  peer.subscriber.isBare = true;
  peer.subscriber.follow(feed);
  say(feed, "one");
  for (let i = 0; i < 45; i++) say(feed, "x".repeat(99));
  const heard: (string | undefined)[] = [];
  for (let i = 0; i < 3; i++) {
    heard.push(await peer.read());
    await turn();
    peer.clock.pass(50);
  }
  assertEquals(heard.map((text) => text!.replace(/\d+/, "N")), ["one", "* you missed N", "x".repeat(99)]);
  peer.subscriber.close();
});

pure("Subscriber tells a client of ours too how many lines for it alone it missed", async () => {
  const feed = new Feed(NUMBERED, 65_536);
  const peer = new Peer(NUMBERED, 1_000);
  peer.subscriber.follow(feed);
  peer.subscriber.tell("first");
  peer.subscriber.tell(...Array.from({ length: 6 }, (_, i) => `* [private] bob: ${i}`));
  say(feed, "#1 bob: hi");
  const expected = [0, 1, 2, 3, 4].map((i) => `* [private] bob: ${i}`);
  assertEquals(await peer.rest(), ["first", "* you missed 1", ...expected, "#1 bob: hi"]);
});

pure("Subscriber.tellFrames comes in order with what is told, and misses what doesn't fit", async () => {
  const peer = new Peer(PLAIN, 1_000);
  peer.subscriber.hold();
  const frames = ["one", "two", "three", "four", "five"].map((line) => PLAIN.frame(line).slice());
  peer.subscriber.tell("zero");
  peer.subscriber.tellFrames(frames);
  assertEquals(await peer.rest(), ["* you missed 1", "zero", "one", "two", "three", "four"]);
});

pure("Subscriber.tellSurely finds room where others miss lines, twice as much and no more", async () => {
  const peer = new Peer(NUMBERED, 1_000);
  peer.subscriber.hold();
  peer.subscriber.tell(...Array.from({ length: 9 }, () => "x".repeat(99)));
  for (let i = 1; i <= 4; i++) peer.subscriber.tellSurely(`/taken ${i}`);
  assertEquals(peer.stalls, 0);
  peer.subscriber.tellSurely("x".repeat(2_000));
  assertEquals(peer.stalls, 1);
  const lines = await peer.rest();
  assertEquals(lines.filter((line) => line !== "x".repeat(99)), [
    "* you missed 6",
    "/taken 1",
    "/taken 2",
    "/taken 3",
    "/taken 4",
  ]);
});

pure("Subscriber writes up to 64 KiB of what is for it alone at once, and all of it in order", async () => {
  const peer = new Peer(PLAIN, 1 << 20);
  peer.subscriber.hold();
  const lines = Array.from({ length: 300 }, (_, i) => `${i} `.padEnd(999, "x"));
  peer.subscriber.tell(...lines);
  peer.subscriber.release();
  const writes = [];
  for (let left = 300; left > 0;) {
    writes.push((await peer.read())!);
    left -= writes.at(-1)!.split("\n").length - 1;
  }
  assertEquals(writes.map((text) => text.length), [65_000, 65_000, 65_000, 65_000, 40_000]);
  assertEquals(writes.join("").split("\n").slice(0, -1), lines);
});

pure("Subscriber.follow moves 50,000 queued lines from feed to feed again and again, in order", async () => {
  const [lobby, dev] = [new Feed(PLAIN, 65_536), new Feed(PLAIN, 65_536)];
  const peer = new Peer(PLAIN, 1 << 26);
  peer.subscriber.hold();
  peer.subscriber.follow(lobby);
  const told = Array.from({ length: 50_000 }, (_, i) => `${i}`);
  peer.subscriber.tell(...told);
  // If each of these went through the queue once a line, it would not come to its end.
  for (let i = 0; i < 50; i++) {
    for (const [feed, name] of [[dev, "dev"], [lobby, "lobby"]] as const) {
      peer.subscriber.follow(feed);
      feed.append(`${name} ${i}`);
    }
  }
  peer.subscriber.unfollow();
  assertEquals([lobby.subscribers.size, dev.subscribers.size, peer.subscriber.position], [0, 0, 0]);
  const rooms = Array.from({ length: 50 }, (_, i) => [`dev ${i}`, `lobby ${i}`]).flat();
  assertEquals(await peer.rest(), [...told, ...rooms]);
});

pure("Subscriber.unfollow gives back the room of what it had copied, once it is written", async () => {
  const feed = new Feed(PLAIN, 65_536);
  const peer = new Peer(PLAIN, 1_000);
  for (let i = 0; i < 50; i++) {
    peer.subscriber.follow(feed);
    feed.append(`${i}`.padEnd(99, "."));
    peer.subscriber.unfollow();
    assertEquals((await peer.read())!.slice(0, 3).replaceAll(".", ""), `${i}`);
    await turn();
  }
  peer.subscriber.tell("one", "two");
  assertEquals(await peer.rest(), ["one", "two"]);
});
