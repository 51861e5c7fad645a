import { assertEquals } from "@std/assert";
import { Lanes } from "./lanes.js";
import { LANE, View } from "./view.js";

/** A view of so many lanes, each with so many reads of two frames. */
function viewOf(lanes: number, reads: number): View {
  const view = new View(new Lanes());
  for (let lane = 0; lane < lanes; lane++) {
    for (let i = 0; i < reads; i++) view.take(data(`tcp://127.0.0.1:${50_000 + lane}`));
  }
  return view;
}

const data = (peer: string) => ({
  event: "data",
  time: "2026-11-27T10:00:00.000Z",
  from: "client",
  peer,
  bytes: 8,
  hex: "6f6e650a74776f0a",
  frames: [3, 3],
  pieces: [
    { from: 0, to: 4, begins: true, ends: true, text: "one" },
    { from: 4, to: 8, begins: true, ends: true, text: "two" },
  ],
});

Deno.test({
  name: "View draws what is seen of ten thousand reads, and no more",
  permissions: "none",
  fn() {
    const view = viewOf(1, 10_000);
    const [lane] = view.lanes();
    const newest = view.reads(lane);
    assertEquals([newest.at(-1)?.number, newest.length < 10], [9_999, true]);
    view.stay([lane]);
    view.scrolled(lane, 0);
    const oldest = view.reads(lane);
    assertEquals([oldest[0].number, oldest.length < 15], [0, true]);
  },
});

Deno.test({
  name: "View shows the newest lanes on top, and those alone whose peer is asked for",
  permissions: "none",
  fn() {
    const view = viewOf(100, 1);
    assertEquals(view.lanes()[0].peer, "tcp://127.0.0.1:50099");
    view.height = 2 * LANE;
    view.top = 10 * LANE;
    assertEquals(view.rows(100), [9, 13]);
    view.filter = " :50042 ";
    assertEquals(view.lanes().map(({ peer }) => peer), ["tcp://127.0.0.1:50042"]);
  },
});

Deno.test({
  name: "View stays where it is while more comes, once it doesn't follow",
  permissions: "none",
  fn() {
    const view = viewOf(1, 100);
    const [lane] = view.lanes();
    const before = view.leftOf(lane);
    view.stay([lane]);
    view.take(data(lane.peer));
    assertEquals(view.leftOf(lane), before);
    view.isFollowing = true;
    assertEquals(view.leftOf(lane) > before, true);
  },
});

Deno.test({
  name: "View keeps what comes during a pause for later",
  permissions: "none",
  fn() {
    const view = viewOf(1, 1);
    view.pause(true);
    view.take(data("tcp://127.0.0.1:50000"));
    assertEquals([view.model.count, view.waiting?.length], [1, 1]);
    view.pause(false);
    assertEquals([view.model.count, view.waiting], [2, undefined]);
  },
});

Deno.test({
  name: "View walks by the arrow keys from block to block, over reads and lanes, and no further",
  permissions: "none",
  fn() {
    const view = viewOf(2, 2);
    const [top, bottom] = view.lanes();
    view.cursor = { lane: top, read: top.reads[0], index: 0 };
    const walk = (...keys: string[]) => {
      for (const key of keys) view.cursor = view.next(key) ?? view.cursor;
      const { lane, read, index } = view.cursor;
      return [lane, lane.reads.indexOf(read), index];
    };
    assertEquals(walk("ArrowLeft"), [top, 0, 0]);
    assertEquals(walk("ArrowRight"), [top, 0, 1]);
    assertEquals(walk("ArrowRight"), [top, 1, 0]);
    assertEquals(walk("ArrowLeft"), [top, 0, 1]);
    assertEquals(walk("ArrowDown"), [bottom, 0, 1]);
    assertEquals(walk("ArrowDown"), [bottom, 0, 1]);
    assertEquals(walk("End"), [bottom, 1, 1]);
    assertEquals(walk("ArrowUp"), [top, 1, 1]);
    assertEquals(walk("Home"), [top, 0, 0]);
    assertEquals(view.next("a"), undefined);
  },
});

Deno.test({
  name:
    "View lets large events wait while it is paused up to a size, and still knows afterwards who is there",
  permissions: "none",
  fn() {
    const view = viewOf(1, 1);
    view.pause(true);
    for (let i = 0; i < 1_000; i++) view.take(data("tcp://127.0.0.1:50000"), 131_072);
    assertEquals([view.waiting.length, view.leftOut], [512, 488]);
    const presence = (event: string, port: number) =>
      view.take({ event, peer: `tcp://127.0.0.1:${port}` }, 100);
    presence("connected", 50_001);
    presence("connected", 50_002);
    presence("disconnected", 50_002);
    presence("disconnected", 50_000);
    presence("connected", 50_000);
    presence("disconnected", 50_000);
    view.pause(false);
    assertEquals(view.lanes().map(({ peer, isOpen, reads }) => [peer, isOpen, reads.length]), [
      ["tcp://127.0.0.1:50001", true, 0],
      ["tcp://127.0.0.1:50000", false, 513],
    ]);
    view.pause(true);
    view.take(data("tcp://127.0.0.1:50001"), 131_072);
    assertEquals([view.waiting.length, view.leftOut], [1, 494]);
  },
});

Deno.test({
  name: "View learns in its order that the link was lost while it is paused, so that nobody who left stays",
  permissions: "none",
  fn() {
    for (const isFull of [false, true]) {
      const view = new View(new Lanes());
      const presence = (event: string, port: number) => view.take({ event, peer: `tcp://127.0.0.1:${port}` });
      view.pause(true);
      presence("connected", 50_001);
      if (isFull) view.take(data("tcp://127.0.0.1:50001"), 2 ** 30);
      presence("connected", 50_002);
      view.lost();
      presence("connected", 50_003);
      view.pause(false);
      const open = view.lanes().filter(({ isOpen }) => isOpen).map(({ peer }) => peer);
      assertEquals(open, ["tcp://127.0.0.1:50003"]);
    }
  },
});

Deno.test({
  name: "View counts what has stuck or is torn out of sight to the left, and goes back to the last of it",
  permissions: "none",
  fn() {
    const view = viewOf(1, 3);
    const [lane] = view.lanes();
    const { peer } = lane;
    assertEquals(view.missed(lane, "client"), undefined);
    const piece = { from: 0, to: 8, begins: true, ends: false };
    view.take({ ...data(peer), from: "target", frames: [], pieces: [piece] });
    for (let i = 0; i < 20; i++) {
      view.take({ ...data(peer), frames: [7], pieces: [{ ...piece, ends: true }] });
    }
    assertEquals(view.missed(lane, "client"), { stuck: 3, torn: 0 });
    assertEquals(view.missed(lane, "server"), { stuck: 0, torn: 1 });
    view.goBack(lane, "client");
    assertEquals([view.cursor.read, view.isFollowing], [lane.reads[2], false]);
    assertEquals(view.missed(lane, "client"), { stuck: 2, torn: 0 });
    assertEquals(view.missed(lane, "server"), undefined);
  },
});
