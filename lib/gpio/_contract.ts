import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PinwireError } from "../errors.ts";
import type { Gpio, Line, OutputOptions } from "./types.ts";

/** An adapter under test, on a chip whose lines are unused. */
export interface Fixture extends AsyncDisposable {
  readonly gpio: Gpio;
  /** Whether the line is high, as seen from the other end of its wire. */
  wire(offset: number): boolean;
  /** Every level that the line has driven since the last call, repeated or not. */
  driven(offset: number): boolean[];
}

/** How the tests of a chip are run. */
export interface ContractOptions {
  permissions?: Deno.PermissionOptions;
}

export const line = (offset: number): Line => ({ offset, name: `${offset}`, label: `line ${offset}` });

/** What {@linkcode Gpio.openOutput} is told; on is high unless a case is about that. */
export const options = (initial: boolean | "keep", more: Partial<OutputOptions> = {}): OutputOptions => ({
  initial,
  consumer: "a test",
  ...more,
});

/** The error that opening must end in. */
export function refusal(opening: Promise<unknown>, code: string): Promise<PinwireError> {
  return assertRejects(() => opening, PinwireError).then((error) => {
    assertEquals(error.code, code, error.sentence);
    return error;
  });
}

/** What every adapter promises in types.ts, as tests of the one that `open` gives. */
export function gpioContract(
  name: string,
  open: () => Promise<Fixture>,
  { permissions = "inherit" }: ContractOptions = {},
): void {
  const promises = (what: string, check: (fixture: Fixture) => Promise<void>) =>
    Deno.test({
      name: `${name} ${what}`,
      permissions,
      async fn() {
        await using fixture = await open();
        await check(fixture);
      },
    });

  promises("drives the initial level from the first moment on", async ({ gpio, wire, driven }) => {
    for (const [offset, initial] of [[17, true], [18, false]] as const) {
      const pin = await gpio.openOutput(line(offset), options(initial));
      assertEquals([wire(offset), pin.read()], [initial, initial]);
      assertEquals(new Set(driven(offset)), new Set([initial]));
      pin.close(true);
    }
  });

  promises("keeps a line off that was not yet an output", async ({ gpio, wire, driven }) => {
    for (const activeLow of [false, true]) {
      const offset = activeLow ? 18 : 17;
      const pin = await gpio.openOutput(line(offset), options("keep", { activeLow }));
      assertEquals([pin.read(), wire(offset)], [false, activeLow]);
      assertEquals(new Set(driven(offset)), new Set([activeLow]));
      pin.close(true);
    }
  });

  promises("keeps the level of a line that is an output", async ({ gpio, wire, driven }) => {
    for (const high of [true, false]) {
      (await gpio.openOutput(line(17), options(high))).close(false);
      driven(17);
      const pin = await gpio.openOutput(line(17), options("keep"));
      assertEquals([pin.read(), wire(17)], [high, high]);
      assert(!driven(17).includes(!high));
      pin.close(false);
      const inverted = await gpio.openOutput(line(17), options("keep", { activeLow: true }));
      assertEquals([inverted.read(), wire(17)], [!high, high]);
      inverted.close(false);
    }
  });

  promises("writes and reads back", async ({ gpio, wire }) => {
    const pin = await gpio.openOutput(line(17), options(false));
    for (const on of [true, true, false, false, true]) {
      pin.write(on);
      assertEquals([wire(17), pin.read()], [on, on]);
    }
    pin.close(true);
  });

  promises("takes low for on when it is told so", async ({ gpio, wire }) => {
    const pin = await gpio.openOutput(line(17), options(true, { activeLow: true }));
    assertEquals([wire(17), pin.read()], [false, true]);
    pin.write(false);
    assertEquals([wire(17), pin.read()], [true, false]);
    pin.close(false);
    const off = await gpio.openOutput(line(18), options(false, { activeLow: true }));
    assertEquals([wire(18), off.read()], [true, false]);
    off.close(true);
  });

  promises("leaves the level where it was when a pin is closed", async ({ gpio, wire }) => {
    for (const on of [true, false]) {
      const pin = await gpio.openOutput(line(17), options(on));
      pin.close(false);
      assertEquals(wire(17), on);
    }
  });

  promises("doesn't mind a pin being closed again", async ({ gpio, wire }) => {
    const pin = await gpio.openOutput(line(17), options(true));
    pin.close(false);
    pin.close(true);
    assertEquals(wire(17), true);
    const next = await gpio.openOutput(line(17), options("keep"));
    // The first pin has nothing left to close: it must not close the line of the second.
    pin.close(true);
    await refusal(gpio.openOutput(line(17), options(true)), "pin_busy");
    next.write(false);
    assertEquals(wire(17), false);
    next.close(true);
  });

  promises("opens a line once at a time, and says who has it", async ({ gpio, wire }) => {
    const pin = await gpio.openOutput(line(17), options(true, { consumer: "the first agent" }));
    const error = await refusal(gpio.openOutput(line(17), options(false)), "pin_busy");
    assertStringIncludes(error.message, "line 17");
    assertStringIncludes(error.message, "the first agent");
    assertEquals([wire(17), pin.read()], [true, true]);
    pin.close(true);
    (await gpio.openOutput(line(17), options(false))).close(true);
  });

  promises("lets one of two win that open a line at once", async ({ gpio, wire }) => {
    const both = await Promise.allSettled([true, false].map((on) => gpio.openOutput(line(17), options(on))));
    const won = both.findIndex(({ status }) => status === "fulfilled");
    assertEquals(both.filter(({ status }) => status === "fulfilled").length, 1);
    assertEquals(wire(17), won === 0);
    for (const one of both) if (one.status === "fulfilled") one.value.close(true);
  });

  promises("tells what a line does without taking it", async ({ gpio }) => {
    const before = gpio.inspect(line(17));
    assert(before === undefined || before.direction === "in");
    const pin = await gpio.openOutput(line(17), options(true));
    assertEquals(gpio.inspect(line(17)), { direction: "out", high: true });
    pin.write(false);
    assertEquals(gpio.inspect(line(17)), { direction: "out", high: false });
    pin.close(false);
    assertEquals(gpio.inspect(line(17)), { direction: "out", high: false });
    const inverted = await gpio.openOutput(line(17), options(false, { activeLow: true }));
    assertEquals(gpio.inspect(line(17)), { direction: "out", high: true });
    inverted.close(true);
  });

  promises("refuses a line that the chip doesn't have", async ({ gpio }) => {
    const error = await refusal(gpio.openOutput(line(1000), options(true)), "no_such_line");
    assertStringIncludes(error.sentence, "line 1000");
    assertStringIncludes(error.sentence, "0 to ");
    const lines = Number(error.hint!.match(/0 to (\d+)/)![1]) + 1;
    await refusal(gpio.openOutput(line(lines), options(true)), "no_such_line");
    (await gpio.openOutput(line(lines - 1), options(true))).close(true);
  });

  promises("switches each line alone", async ({ gpio, wire }) => {
    const [left, right] = await Promise.all([17, 27].map((at) => gpio.openOutput(line(at), options(false))));
    const seen = ["11", "01", "10", "00"].map((levels) => {
      left.write(levels[0] === "1");
      right.write(levels[1] === "1");
      return `${Number(wire(17))}${Number(wire(27))}`;
    });
    assertEquals(seen, ["11", "01", "10", "00"]);
    left.write(true);
    right.close(true);
    assertEquals([wire(17), left.read()], [true, true]);
    left.close(true);
  });

  promises("gives no pulse to a line that it takes over", async ({ gpio, wire, driven }) => {
    for (const high of [true, false]) {
      for (const activeLow of [false, true]) {
        const on = high !== activeLow;
        (await gpio.openOutput(line(17), options(on, { activeLow }))).close(false);
        driven(17);
        const pin = await gpio.openOutput(line(17), options(on, { activeLow }));
        assert(!driven(17).includes(!high));
        assertEquals(wire(17), high);
        pin.close(false);
      }
    }
  });
}
