import { assertEquals, assertRejects } from "@std/assert";
import { pure, turn } from "../../tests/support/pure.ts";
import { FakeClock } from "./_fake_clock.ts";
import { race, withTimeout } from "./deadline.ts";

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

/** A promise that never is settled, and counts what is hung on it. */
class Endless extends Promise<never> {
  reactions = 0;

  constructor(executor: ConstructorParameters<typeof Promise<never>>[0] = () => {}) {
    super(executor);
  }

  override then<A, B>(...args: Parameters<Promise<never>["then"]>): Promise<A | B> {
    this.reactions++;
    return super.then(...args) as Promise<A | B>;
  }
}

pure(
  "race and withTimeout hang on a promise that lives long once, however often they wait for it",
  async () => {
    const clock = new FakeClock();
    const endless = new Endless();
    for (let i = 0; i < 100; i++) {
      assertEquals(await race<number>([endless, Promise.resolve(i)]), i);
      const waited = withTimeout(10, endless, clock);
      clock.pass(10);
      assertEquals(await waited, false);
    }
    assertEquals(endless.reactions, 1);
  },
);

pure("race comes to what the first is settled with, for all that race with it", async () => {
  const slow = Promise.withResolvers<string>();
  const raced = [race([slow.promise]), race([slow.promise, new Endless()])];
  const failing = race([slow.promise, Promise.reject(new RangeError("no"))]);
  await assertRejects(() => failing, RangeError, "no");
  slow.resolve("won");
  assertEquals(await Promise.all(raced), ["won", "won"]);
  assertEquals(await race([Promise.resolve("first"), slow.promise]), "first");
  assertEquals(await race([slow.promise]), "won");
});
