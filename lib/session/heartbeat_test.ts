import { assertEquals } from "@std/assert";
import { FakeClock, pure } from "../app/_testing.ts";
import type { PinwireError } from "../errors.ts";
import { Heartbeat, type HeartbeatOptions } from "./heartbeat.ts";

/** A heartbeat that asks after 5 s of silence and gives up after 15 s. */
function world(options: Partial<HeartbeatOptions> = {}) {
  const clock = new FakeClock();
  const count = { asked: 0 };
  const lost: PinwireError[] = [];
  const beat = new Heartbeat({
    clock,
    peer: "pi",
    ping: 5_000,
    dead: 15_000,
    ask: () => void count.asked++,
    lose: (reason) => void lost.push(reason),
    hint: "look at its plug",
    ...options,
  });
  return { beat, clock, count, lost };
}

pure("Heartbeat asks a silent peer once, and gives it up if it stays silent", () => {
  const { clock, count, lost } = world();
  clock.pass(4_999);
  assertEquals(count.asked, 0);
  clock.pass(1);
  assertEquals(count.asked, 1);
  clock.pass(9_999);
  assertEquals([count.asked, lost], [1, []]);
  clock.pass(1);
  assertEquals(lost.map(({ code, sentence }) => [code, sentence]), [
    ["no_heartbeat", "pi has said nothing for 15 s: look at its plug"],
  ]);
  clock.pass(60_000);
  assertEquals([count.asked, lost.length, clock.pending], [1, 1, 0]);
});

pure("Heartbeat.heard begins the silence anew", () => {
  const { beat, clock, count, lost } = world();
  for (let i = 1; i <= 3; i++) {
    clock.pass(14_000);
    assertEquals(count.asked, i);
    beat.heard();
  }
  clock.pass(14_000);
  assertEquals(lost, []);
});

pure("Heartbeat doesn't count time in which this machine slept", () => {
  const { clock, count, lost } = world();
  clock.pass(4_000);
  clock.sleep(3_600_000);
  clock.pass(4_000);
  assertEquals([count.asked, lost], [0, []]);
  clock.pass(10_000);
  assertEquals([count.asked, lost], [1, []]);
  clock.pass(1_000);
  assertEquals(lost.length, 1);
});

pure("Heartbeat doesn't count time in which nothing is read", () => {
  let isDeaf = true;
  const { clock, count, lost } = world({ isDeaf: () => isDeaf });
  clock.pass(60_000);
  assertEquals([count.asked, lost], [0, []]);
  isDeaf = false;
  clock.pass(15_000);
  assertEquals([count.asked, lost.length], [1, 1]);
});

pure("Heartbeat takes the silence that it allows anew at each look", () => {
  let dead = 15_000;
  const { clock, lost } = world({ dead: () => dead });
  clock.pass(10_000);
  dead = 12_000;
  clock.pass(1_999);
  assertEquals(lost, []);
  clock.pass(1);
  assertEquals(lost.map(({ message }) => message), ["pi has said nothing for 12 s"]);
});

pure("Heartbeat that talks asks after its own silence too, and not while there is something to say", () => {
  const { beat, clock, count } = world({ talks: true });
  for (let i = 0; i < 3; i++) {
    beat.heard();
    clock.pass(4_000);
    beat.said();
  }
  assertEquals(count.asked, 0);
  beat.heard();
  clock.pass(4_000);
  beat.heard();
  clock.pass(1_000);
  assertEquals(count.asked, 1);
});

pure("Heartbeat.stop asks nobody any more", () => {
  const { beat, clock, count, lost } = world();
  beat.stop();
  clock.pass(60_000);
  assertEquals([count.asked, lost, clock.pending], [0, [], 0]);
});
