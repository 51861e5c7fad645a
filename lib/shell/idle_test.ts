import { assertEquals } from "@std/assert";
import { Idle } from "./idle.ts";

/** Runs `act` with timers that are only counted, and gives how many ms each of those left has. */
function timersOf(act: () => void): number[] {
  const { setTimeout, clearTimeout } = globalThis;
  const timers = new Map<number, number>();
  let count = 0;
  Object.assign(globalThis, {
    setTimeout: (_run: () => void, ms: number) => (timers.set(++count, ms), count),
    clearTimeout: (id: number) => void timers.delete(id),
  });
  try {
    act();
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
  return [...timers.values()];
}

Deno.test({
  name: "Idle counts from the last begin, and not while something runs, or with 0",
  permissions: "none",
  fn() {
    const idle = (ms: number) => new Idle(ms, () => {});
    assertEquals(timersOf(() => idle(300)), []);
    assertEquals(timersOf(() => idle(300).begin()), [300]);
    assertEquals(timersOf(() => idle(0).begin()), []);
    assertEquals(
      timersOf(() => {
        const one = idle(300);
        for (let i = 0; i < 3; i++) one.begin();
      }),
      [300],
    );
    assertEquals(
      timersOf(() => {
        const one = idle(300);
        one.begin();
        one.end();
        one.end();
      }),
      [],
    );
  },
});

Deno.test({
  name: "Idle calls once when its time is over",
  permissions: "none",
  async fn() {
    const { promise, resolve } = Promise.withResolvers<void>();
    new Idle(1, resolve).begin();
    await promise;
  },
});
