import { assert, assertEquals } from "@std/assert";
import { pure } from "../../tests/support/pure.ts";
import { Backoff } from "./backoff.ts";

const waits = (backoff: Backoff, helds: number[]) => helds.map((held) => backoff.next(held));

pure("Backoff.next waits 0.5 s, doubling to 10 s, of which up to a half is left out", () => {
  const whole = [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000];
  const failures = whole.map(() => 0);
  assertEquals(waits(new Backoff(() => 1), failures), whole);
  assertEquals(waits(new Backoff(() => 0), failures), whole.map((ms) => ms / 2));
});

pure("Backoff.next is random, so that devices come back one by one", () => {
  const first = new Set(Array.from({ length: 100 }, () => new Backoff().next(0)));
  assert(first.size > 50);
  for (const ms of first) assert(ms >= 250 && ms <= 500);
});

pure("Backoff.next begins again after a link that held for 10 s, and after no shorter one", () => {
  const backoff = new Backoff(() => 1);
  assertEquals(waits(backoff, [0, 0, 9_999, 10_000, 0]), [500, 1000, 2000, 500, 1000]);
  assertEquals([backoff.isGood(9_999), backoff.isGood(10_000)], [false, true]);
});
