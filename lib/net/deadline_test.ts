import { assertEquals, assertRejects } from "@std/assert";
import { pure, turn } from "../../tests/support/pure.ts";
import { FakeClock } from "./_fake_clock.ts";
import { withTimeout } from "./deadline.ts";

pure("withTimeout is true for what is done in time, throws what fails, and leaves no timer", async () => {
  const clock = new FakeClock();
  assertEquals(await withTimeout(10, Promise.resolve(0), clock), true);
  const failing = Promise.reject(new RangeError("no"));
  await assertRejects(() => withTimeout(10, failing, clock), RangeError, "no");
  assertEquals(clock.pending, 0);
});

pure("withTimeout is false for what is not done in time, and then takes no notice of its end", async () => {
  const clock = new FakeClock();
  const act = Promise.withResolvers<void>();
  let outcome: boolean | undefined;
  const waited = withTimeout(10, act.promise, clock).then((inTime) => outcome = inTime);
  clock.pass(9);
  await turn();
  assertEquals(outcome, undefined);
  clock.pass(1);
  await waited;
  assertEquals([outcome, clock.pending], [false, 0]);
  act.reject(new Error("nobody waits for it"));
  await turn();
});
