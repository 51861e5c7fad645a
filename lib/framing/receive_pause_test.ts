import { assertEquals, assertRejects } from "@std/assert";
import { pure, turn } from "../../tests/support/pure.ts";
import { FakeClock } from "../net/_fake_clock.ts";
import { Peer } from "./_pausing_peer.ts";
import { recorder } from "./_testing.ts";
import type { FrameClock } from "./receive.ts";

/** A clock that keeps what it is asked to wait, in ms, and wakes after `atMost` of it. */
function waitsOf(clock: FakeClock, atMost = Infinity): FrameClock & { waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: () => clock.now(),
    after(ms, action) {
      waits.push(ms);
      return clock.after(Math.min(ms, atMost), action);
    },
  };
}

pure("receiveFrames lets the pause of text end a message, from the last byte on", async () => {
  const handler = recorder();
  const clock = new FakeClock();
  const peer = new Peer({ ...handler, clock });
  await peer.send("hel");
  clock.pass(19);
  await peer.send("lo");
  clock.pass(19);
  assertEquals(handler.calls, ["|", "|"]);
  clock.pass(1);
  assertEquals(handler.calls, ["|", "|", "hello", "|"]);
  await peer.send("\nbye\n");
  await peer.end();
  assertEquals(handler.calls.slice(4), ["bye", "|", "|"]);
  assertEquals(clock.pending, 0);
});

pure("receiveFrames sets a timer once a pause, not once a byte", async () => {
  const clock = new FakeClock();
  const counted = waitsOf(clock);
  const handler = recorder();
  const peer = new Peer({ ...handler, onBatch: undefined, clock: counted });
  for (let i = 0; i < 50; i++) {
    await peer.send("x");
    clock.pass(1);
    assertEquals(clock.pending, 1);
  }
  assertEquals(counted.waits, [20, 19, 19]);
  clock.pass(19);
  assertEquals(handler.calls, ["x".repeat(50)]);
  await peer.end();
  assertEquals(clock.pending, 0);
});

pure("receiveFrames sets no timer where nothing is unfinished, or where there is no clock", async () => {
  const clock = new FakeClock();
  const peer = new Peer({ onFrame: () => {}, clock });
  await peer.send("a\n");
  assertEquals(clock.pending, 0);
  await peer.end();
  const handler = recorder();
  const timeless = new Peer(handler);
  await timeless.send("a");
  await timeless.end();
  assertEquals(handler.calls, ["|", "a", "|"]);
});

pure("receiveFrames lets no pause end a message while the handler waits for its end", async () => {
  const handler = recorder();
  const clock = new FakeClock();
  let isWaiting = true;
  const peer = new Peer({ ...handler, clock, waitsForEnd: () => isWaiting });
  await peer.send("a");
  assertEquals(clock.pending, 0);
  isWaiting = false;
  await peer.send("b");
  isWaiting = true;
  clock.pass(20);
  assertEquals([handler.calls, clock.pending], [["|", "|"], 0]);
  isWaiting = false;
  await peer.send("c");
  clock.pass(20);
  assertEquals(handler.calls, ["|", "|", "|", "abc", "|"]);
  await peer.end();
});

pure("receiveFrames asks the time again when it was woken too early", async () => {
  const handler = recorder();
  const clock = new FakeClock();
  const early = waitsOf(clock, 15);
  const peer = new Peer({ ...handler, clock: early });
  await peer.send("a");
  clock.pass(15);
  assertEquals(handler.calls.includes("a"), false);
  clock.pass(5);
  assertEquals(early.waits, [20, 5]);
  assertEquals(handler.calls.filter((call) => call !== "|"), ["a"]);
  await peer.end();
});

pure("receiveFrames rejects when the source fails during a pause, and leaves no timer", async () => {
  const clock = new FakeClock();
  const peer = new Peer({ onFrame: () => {}, clock });
  await peer.send("a");
  assertEquals(clock.pending, 1);
  peer.fail(new Error("reset"));
  await assertRejects(() => peer.received, Error, "reset");
  assertEquals(clock.pending, 0);
});

pure("receiveFrames takes what the end of the stream leaves, and leaves no timer", async () => {
  const handler = recorder();
  const clock = new FakeClock();
  const peer = new Peer({ ...handler, clock });
  await peer.send("a");
  await peer.end();
  assertEquals([handler.calls, clock.pending], [["|", "a", "|"], 0]);
});

/** A handler whose frames are worked on until the test says that they are through. */
function slowHandler(clock: FakeClock) {
  const events: string[] = [];
  const working: PromiseWithResolvers<void>[] = [];
  return {
    events,
    clock,
    onFrame(frame: Uint8Array): Promise<void> {
      events.push(new TextDecoder().decode(frame));
      working.push(Promise.withResolvers());
      return working.at(-1)!.promise;
    },
    onBatch: () => void events.push("|"),
    /** The frame that is worked on is through. */
    through: () => working.shift()!.resolve(),
    /** Working on it has failed. */
    broken: (error: Error) => working.shift()!.reject(error),
  };
}

pure("receiveFrames has the bytes that come wait while a pause's frame is worked on", async () => {
  const clock = new FakeClock();
  const handler = slowHandler(clock);
  const peer = new Peer(handler);
  await peer.send("a");
  clock.pass(20);
  const taken = peer.send("b\n");
  clock.pass(1_000);
  assertEquals(handler.events, ["|", "a"]);
  handler.through();
  await turn();
  handler.through();
  await taken;
  assertEquals(handler.events, ["|", "a", "|", "b", "|"]);
  await peer.end();
  assertEquals(clock.pending, 0);
});

pure("receiveFrames has the end of the stream wait while a pause's frame is worked on", async () => {
  const clock = new FakeClock();
  const handler = slowHandler(clock);
  const peer = new Peer(handler);
  await peer.send("a");
  clock.pass(20);
  const ended = peer.end().then(() => handler.events.push("end"));
  await turn();
  assertEquals(handler.events, ["|", "a"]);
  handler.through();
  await ended;
  assertEquals(handler.events, ["|", "a", "|", "|", "end"]);
  assertEquals(clock.pending, 0);
});

pure("receiveFrames has a failure of the source wait while a pause's frame is worked on", async () => {
  const clock = new FakeClock();
  const handler = slowHandler(clock);
  const peer = new Peer(handler);
  await peer.send("a");
  clock.pass(20);
  const failed = assertRejects(() => peer.received, Error, "reset").then(() => handler.events.push("end"));
  peer.fail(new Error("reset"));
  await turn();
  assertEquals(handler.events, ["|", "a"]);
  handler.through();
  await failed;
  assertEquals(handler.events, ["|", "a", "|", "end"]);
  assertEquals(clock.pending, 0);
});

pure(
  "receiveFrames ends with what a handler throws of a pause's frames, and hands over nothing more",
  async () => {
    const clock = new FakeClock();
    const broken = () => {
      throw new Error("broken");
    };
    for (const end of ["send", "end"] as const) {
      const handler = recorder();
      const peer = new Peer({ ...handler, onFrame: broken, clock });
      await peer.send("a");
      clock.pass(20);
      await assertRejects(() => peer.received, Error, "broken");
      await peer[end]("b\n").catch(() => {});
      assertEquals([handler.calls, clock.pending], [["|"], 0], end);
    }
  },
);

pure(
  "receiveFrames ends with what a pause's promised frame rejects with, and hands over nothing more",
  async () => {
    const clock = new FakeClock();
    for (const end of ["send", "end"] as const) {
      const handler = slowHandler(clock);
      const peer = new Peer(handler);
      await peer.send("a");
      clock.pass(20);
      handler.broken(new Error("broken"));
      await assertRejects(() => peer.received, Error, "broken");
      await peer[end]("b\n").catch(() => {});
      assertEquals([handler.events, clock.pending], [["|", "a"], 0], end);
    }
  },
);

pure(
  "receiveFrames rejects with the failure of the source rather than what that broke of a pause's frame",
  async () => {
    const clock = new FakeClock();
    const handler = slowHandler(clock);
    const peer = new Peer(handler);
    await peer.send("a");
    clock.pass(20);
    peer.fail(new Error("reset"));
    await turn();
    handler.broken(new Error("a write was cut off"));
    await assertRejects(() => peer.received, Error, "reset");
  },
);

pure("receiveFrames leaves no timer when the stream ends while the batch of a pause is written", async () => {
  const clock = new FakeClock();
  const batches: PromiseWithResolvers<void>[] = [];
  const onBatch = () => {
    batches.push(Promise.withResolvers());
    return batches.at(-1)!.promise;
  };
  const frames: string[] = [];
  const onFrame = (frame: Uint8Array) => void frames.push(new TextDecoder().decode(frame));
  // A pause inside a character ends no message, and another is waited for.
  const peer = new Peer({ onFrame, onBatch, clock }, { endsInside: () => true });
  const taken = peer.send("a");
  batches.shift()!.resolve();
  await taken;
  clock.pass(20);
  const ended = peer.end();
  batches.shift()!.resolve();
  await turn();
  batches.shift()!.resolve();
  await ended;
  assertEquals([frames, clock.pending], [["a"], 0]);
});

pure("receiveFrames waits for what follows a cut character no longer than for anything else", async () => {
  const handler = recorder();
  const clock = new FakeClock();
  const peer = new Peer({ ...handler, clock }, { endsInside: (bytes) => bytes.length === 1 });
  await peer.send("a");
  // A pause has passed, and its rest has a second.
  clock.pass(60);
  await peer.send("bc");
  clock.pass(20);
  assertEquals(handler.calls.filter((call) => call !== "|"), ["abc"]);
  await peer.end();
  assertEquals(clock.pending, 0);
});
