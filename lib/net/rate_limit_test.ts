import { assertEquals } from "@std/assert";
import { pure } from "../../tests/support/pure.ts";
import { FakeClock } from "./_fake_clock.ts";
import { RateLimit } from "./rate_limit.ts";

/** How many of `count` are allowed now. */
function allowed(limit: RateLimit, count: number): number {
  let within = 0;
  for (let i = 0; i < count; i++) if (limit.allows()) within++;
  return within;
}

pure("RateLimit allows as many as it may in each second", () => {
  const clock = new FakeClock();
  const limit = new RateLimit(3, clock);
  assertEquals(allowed(limit, 5), 3);
  clock.pass(999);
  assertEquals(allowed(limit, 5), 0);
  clock.pass(1);
  assertEquals(allowed(limit, 2), 2);
  assertEquals(allowed(limit, 2), 1);
});

pure("RateLimit tells how many were beyond the limit since it was last asked, over all seconds", () => {
  const clock = new FakeClock();
  const limit = new RateLimit(1, clock);
  assertEquals(limit.takeOver(), 0);
  allowed(limit, 3);
  clock.pass(5_000);
  allowed(limit, 2);
  assertEquals([limit.takeOver(), limit.takeOver()], [3, 0]);
  allowed(limit, 1);
  assertEquals(limit.takeOver(), 1);
});

pure("RateLimit counts those that it doesn't allow no more than those that it does", () => {
  const clock = new FakeClock();
  const limit = new RateLimit(2, clock);
  allowed(limit, 1_000);
  clock.pass(1_000);
  assertEquals(allowed(limit, 2), 2);
});
