import { assertEquals } from "@std/assert";
import { pure } from "../../tests/support/pure.ts";
import { FakeClock } from "../net/_fake_clock.ts";
import { TokenBucket } from "./token_bucket.ts";

/** A bucket, and the clock that it looks at. */
function at(rate: number, burst: number) {
  const clock = new FakeClock();
  const bucket = new TokenBucket(rate, burst, clock);
  return { bucket, clock, take: (times: number) => Array.from({ length: times }, () => bucket.take()) };
}

pure("TokenBucket.take lets a burst pass, and then says how long the next one has to wait", () => {
  const { take } = at(20, 4);
  // Each that comes too early owes one more.
  assertEquals(take(6), [0, 0, 0, 50, 100, 150]);
});

pure("TokenBucket.take lets its rate pass for ever to who waits as long as it says", () => {
  const { bucket, clock } = at(20, 4);
  let taken = 0;
  const end = clock.now() + 10_000;
  while (clock.now() < end) {
    clock.pass(bucket.take());
    taken++;
  }
  assertEquals(taken, 3 + 10 * 20);
});

pure("TokenBucket.take fills up with time, and never beyond the burst", () => {
  const { clock, take } = at(10, 3);
  assertEquals(take(3), [0, 0, 100]);
  clock.pass(1_000_000);
  assertEquals(take(3), [0, 0, 100]);
  clock.pass(150);
  assertEquals(take(1), [50]);
});

pure("TokenBucket.take takes several, and parts of one, at once", () => {
  const { bucket, clock } = at(10, 5);
  assertEquals([bucket.take(2), bucket.take(1.5), bucket.take(0.5)], [0, 0, 0]);
  // Here is one left; what is taken beyond that is owed.
  assertEquals(bucket.take(3), 300);
  clock.pass(300);
  assertEquals([bucket.take(0), bucket.take(1)], [0, 100]);
});

pure("TokenBucket.isCalm says whether a tenth of the burst is there", () => {
  const { bucket, clock, take } = at(10, 20);
  assertEquals(bucket.isCalm, true);
  take(18);
  assertEquals(bucket.isCalm, true);
  take(1);
  assertEquals(bucket.isCalm, false);
  clock.pass(1_000);
  take(1);
  assertEquals(bucket.isCalm, true);
});
