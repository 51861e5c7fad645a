import { assertEquals } from "@std/assert";
import { FakeClock } from "../net/_fake_clock.ts";
import { pure } from "../app/_testing.ts";
import { DelayQueue } from "./delay_queue.ts";

/** A queue of 200 ms, its clock, and the names of the actions that were called. */
function queueOf() {
  const clock = new FakeClock();
  const queue = new DelayQueue(200, clock);
  const called: string[] = [];
  const [amy, bob, cat] = ["amy", "bob", "cat"].map((name) => () => void called.push(name));
  return { clock, queue, called, amy, bob, cat };
}

pure("DelayQueue calls each action once, when its delay is over, with one timer", () => {
  const { clock, queue, called, amy, bob } = queueOf();
  queue.start(amy);
  clock.pass(50);
  queue.start(bob);
  assertEquals(clock.pending, 1);
  clock.pass(149);
  assertEquals(called, []);
  clock.pass(1);
  assertEquals([called, clock.pending], [["amy"], 1]);
  clock.pass(50);
  assertEquals([called, clock.pending], [["amy", "bob"], 0]);
});

pure("DelayQueue.cancel lets the others come at their time, and leaves no timer without any", () => {
  const { clock, queue, called, amy, bob, cat } = queueOf();
  queue.start(amy);
  queue.start(bob);
  clock.pass(100);
  queue.start(cat);
  queue.cancel(amy);
  clock.pass(100);
  assertEquals(called, ["bob"]);
  queue.cancel(cat);
  assertEquals(clock.pending, 0);
  clock.pass(1_000);
  assertEquals(called, ["bob"]);
});

pure("DelayQueue takes new actions from those that it calls", () => {
  const { clock, queue, called, amy, bob } = queueOf();
  queue.start(() => {
    queue.start(bob);
    amy();
  });
  clock.pass(200);
  assertEquals(called, ["amy"]);
  clock.pass(200);
  assertEquals([called, clock.pending], [["amy", "bob"], 0]);
});
