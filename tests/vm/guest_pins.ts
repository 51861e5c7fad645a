/**
 * The tests of the sysfs adapter on a kernel's own chip. They change the machine they run on, which therefore is a
 * guest of run.sh: tests/kernel_pins_test.ts boots it.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { PinwireError } from "../../lib/errors.ts";
import { gpioContract, line, options, refusal } from "../../lib/gpio/_contract.ts";
import { type OutputPin, SysfsGpio } from "../../lib/gpio/mod.ts";
import {
  CLASS,
  driven,
  exportByOther,
  folderOf,
  isExported,
  numberOf,
  read,
  SIM,
  tidy,
  wire,
  write,
} from "./chip.ts";

gpioContract("SysfsGpio", () =>
  Promise.resolve({
    gpio: new SysfsGpio(),
    wire,
    driven,
    [Symbol.asyncDispose]: () => Promise.resolve(tidy()),
  }));

/** A test that leaves no line behind. */
function test(what: string, fn: (gpio: SysfsGpio) => void | Promise<void>): void {
  Deno.test(`SysfsGpio ${what}`, async () => {
    try {
      await fn(new SysfsGpio());
    } finally {
      tidy();
    }
  });
}

test("is the header's chip, not the other one that is there", (gpio) => {
  assertEquals(gpio.chip, read(`${SIM}/bank0/label`));
});

test("drives a line of another chip when that one is named", async () => {
  const gpio = new SysfsGpio({ chip: "raspberrypi-exp-gpio" });
  const pin = await gpio.openOutput(line(3), options(true));
  assertEquals([pin.read(), wire(3), isExported(3)], [true, false, false]);
  await refusal(gpio.openOutput(line(8), options(true)), "no_such_line");
  pin.close(true);
});

test("exports a line while it is open, and gives it back only on release", async (gpio) => {
  const kept = await gpio.openOutput(line(17), options(true));
  kept.close(false);
  const given = await gpio.openOutput(line(18), options(true));
  assertEquals([isExported(17), isExported(18)], [true, true]);
  given.close(true);
  assertEquals([isExported(17), isExported(18), wire(17)], [true, false, true]);
});

test("takes over a line that another program exported, and leaves it exported", async (gpio) => {
  exportByOther(17, "high");
  exportByOther(18, "in");
  driven(17);
  const [output, input] = await Promise.all([
    gpio.openOutput(line(17), options("keep")),
    gpio.openOutput(line(18), options(true)),
  ]);
  assertEquals([wire(17), output.read(), wire(18), input.read()], [true, true, true, true]);
  for (const pin of [output, input]) pin.close(true);
  assertEquals([isExported(17), isExported(18), wire(17), wire(18)], [true, true, true, true]);
});

test("sees through the kernel's own active_low", async (gpio) => {
  for (const activeLow of [false, true]) {
    for (const direction of ["in", "low", "high"]) {
      for (const initial of [true, false]) {
        exportByOther(17, direction);
        write(`${folderOf(17)}/active_low`, "1");
        driven(17);
        const pin = await gpio.openOutput(line(17), options(initial, { activeLow }));
        assertEquals(new Set(driven(17)), new Set([initial !== activeLow]));
        for (const on of [initial, !initial, initial]) {
          pin.write(on);
          assertEquals([wire(17), pin.read()], [on !== activeLow, on]);
          assertEquals(gpio.inspect(line(17)), { direction: "out", high: on !== activeLow });
        }
        pin.close(false);
        tidy();
      }
    }
  }
});

// What the contract finds no trace of would be seen if it were there.
test("differs from `out`, which drives a line low first", () => {
  exportByOther(17, "high");
  driven(17);
  write(`${folderOf(17)}/direction`, "out");
  assertEquals(driven(17), [false]);
});

test("says that a line is held by a driver", async (gpio) => {
  const error = await refusal(gpio.openOutput(line(22), options(true)), "pin_busy");
  assertEquals(
    error.sentence,
    "line 22 is held by a driver or another program: choose another pin, or look who has it with gpioinfo",
  );
  assertEquals([isExported(22), gpio.inspect(line(22))], [false, undefined]);
});

/** The code that using the pin ends in. */
function lost(use: () => unknown): string {
  return assertThrows(use, PinwireError).code;
}

test("says that a chip has gone, and opens the line again once it is back", async (gpio) => {
  const use = (pin: OutputPin) => [lost(() => pin.write(false)), lost(() => pin.read())];
  const pin = await gpio.openOutput(line(17), options(true));
  write(`${SIM}/live`, "0");
  assertEquals(use(pin), ["pin_gone", "pin_gone"]);
  pin.close(true);
  await refusal(gpio.openOutput(line(17), options(true)), "no_chip");
  assertEquals(lost(() => gpio.inspect(line(17))), "no_chip");

  write(`${SIM}/live`, "1");
  assertEquals(gpio.inspect(line(17)), undefined);
  const again = await gpio.openOutput(line(17), options(true));
  assertEquals([wire(17), again.read()], [true, true]);
  write(`${SIM}/live`, "0");
  write(`${SIM}/live`, "1");
  assertEquals(use(again), ["pin_gone", "pin_gone"]);
  again.close(true);
  assertEquals(isExported(17), false);
});

test("leaves a line alone that has become another program's", async (gpio) => {
  const pin = await gpio.openOutput(line(17), options(true));
  write(`${SIM}/live`, "0");
  write(`${SIM}/live`, "1");
  exportByOther(17, "high");
  pin.close(true);
  assertEquals([isExported(17), wire(17)], [true, true]);
});

test("says that another program has made the line an input", async (gpio) => {
  const pin = await gpio.openOutput(line(17), options(true));
  write(`${folderOf(17)}/direction`, "in");
  assertEquals(lost(() => pin.write(true)), "pin_direction");
  assertEquals(gpio.inspect(line(17))?.direction, "in");
  pin.close(false);
  const again = await gpio.openOutput(line(17), options(true));
  assertEquals([wire(17), again.read()], [true, true]);
  again.close(true);
});

test("says that another program has given the line back", async (gpio) => {
  const pin = await gpio.openOutput(line(17), options(true));
  write(`${CLASS}/unexport`, `${numberOf(17)}`);
  assertEquals([lost(() => pin.write(true)), lost(() => pin.read())], ["pin_gone", "pin_gone"]);
  pin.close(true);
  (await gpio.openOutput(line(17), options(true))).close(true);
});
