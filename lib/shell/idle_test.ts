import { assertEquals } from "@std/assert";
import { FakeClock, pure } from "../app/_testing.ts";
import { Idle } from "./idle.ts";

/** An idle timer, and how often it has called. */
function world(ms = 300) {
  const clock = new FakeClock();
  const count = { calls: 0 };
  return { clock, count, idle: new Idle(ms, clock, () => void count.calls++) };
}

pure("Idle calls once, when its time is over since the last begin", () => {
  const { clock, count, idle } = world();
  clock.pass(1_000);
  idle.begin();
  clock.pass(299);
  idle.begin();
  clock.pass(299);
  assertEquals(count.calls, 0);
  clock.pass(1);
  assertEquals(count.calls, 1);
  clock.pass(1_000);
  assertEquals(count.calls, 1);
});

pure("Idle doesn't call while a command runs", () => {
  const { clock, count, idle } = world();
  idle.begin();
  idle.end();
  idle.end();
  clock.pass(1_000);
  assertEquals([count.calls, clock.pending], [0, 0]);
  idle.begin();
  clock.pass(300);
  assertEquals(count.calls, 1);
});

pure("Idle never calls with 0", () => {
  const { clock, idle } = world(0);
  idle.begin();
  assertEquals(clock.pending, 0);
});

pure("Idle.stop is for good", () => {
  const { clock, count, idle } = world();
  idle.begin();
  idle.stop();
  idle.begin();
  clock.pass(1_000);
  assertEquals([count.calls, clock.pending], [0, 0]);
});
