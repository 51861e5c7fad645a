import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pure } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { Credit, WINDOW, Window } from "./window.ts";

/** Checks that `act` throws what is the last word on a connection. */
function isBad(act: () => unknown): void {
  assertEquals(assertThrows(act, PinwireError, "the other side sent ").code, "bad_frame");
}

pure("Credit.take gives what is asked for as long as there is a window, then what is left", async () => {
  const credit = new Credit();
  assertEquals(await credit.take(1), 1);
  assertEquals(await credit.take(WINDOW), WINDOW - 1);
  const waiting = credit.take(10);
  credit.grant(0);
  credit.grant(4);
  assertEquals(await waiting, 4);
});

pure("Credit.grant wakes all that wait, such as stdout and stderr of one command", async () => {
  const credit = new Credit();
  await credit.take(WINDOW);
  const both = [credit.take(1), credit.take(1)];
  credit.grant(2);
  assertEquals(await Promise.all(both), [1, 1]);
});

pure("Credit.close gives 0 to all that wait, and to all that ask later", async () => {
  const credit = new Credit();
  await credit.take(WINDOW);
  const both = [credit.take(1), credit.take(1)];
  credit.close();
  assertEquals(await Promise.all(both), [0, 0]);
  credit.grant(5);
  assertEquals(await credit.take(1), 0);
});

pure("Credit.grant refuses a window of 2^31", () => {
  new Credit().grant(2 ** 31 - 1 - WINDOW);
  isBad(() => new Credit().grant(2 ** 31 - WINDOW));
});

pure("Window.take refuses the first byte over the window", () => {
  const window = new Window();
  window.take(WINDOW);
  window.take(0);
  isBad(() => window.take(1));
});

pure("Window.give allows nothing until a quarter is worked off, and then all of that", () => {
  const window = new Window();
  window.take(WINDOW);
  assertEquals([window.give(WINDOW / 4 - 1), window.give(1), window.give(1)], [0, WINDOW / 4, 0]);
  window.take(WINDOW / 4);
  isBad(() => window.take(1));
});

pure("Window.widen allows more at once, together with what was worked off before", () => {
  const window = new Window();
  window.take(100);
  assertEquals([window.give(100), window.widen(1_000)], [0, 1_100]);
  window.take(WINDOW + 1_000);
  isBad(() => window.take(1));
});

pure(
  "Credit and Window agree: a sender that keeps to the one is never refused by the other, nor kept waiting",
  () => {
    const anyStep = fc.record({ most: fc.integer({ min: 1, max: WINDOW }), widen: fc.nat(WINDOW) });
    return fc.assert(fc.asyncProperty(fc.array(anyStep, { maxLength: 30 }), async (steps) => {
      const [credit, window] = [new Credit(), new Window()];
      for (const { most, widen } of steps) {
        if (widen % 3 === 0) credit.grant(window.widen(widen));
        // Nobody would end it, were there none left: all that came is worked off.
        const count = await credit.take(most);
        window.take(count);
        credit.grant(window.give(count));
      }
    }));
  },
);
