import { assertEquals } from "@std/assert";
import { gpioContract, line, options } from "./_contract.ts";
import { SimulatedGpio } from "./simulated.ts";

gpioContract("SimulatedGpio", () => {
  const gpio = new SimulatedGpio();
  const taken = new Map<number, number>();
  return Promise.resolve({
    gpio,
    wire: (offset) => gpio.record(offset).at(-1)?.value === 1,
    driven(offset) {
      const levels = gpio.record(offset).map(({ value }) => value === 1);
      const fresh = levels.slice(taken.get(offset));
      taken.set(offset, levels.length);
      return fresh;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}, { permissions: "none" });

Deno.test({
  name: "SimulatedGpio records each change with its time",
  permissions: "none",
  async fn() {
    let now = 1000;
    const gpio = new SimulatedGpio(() => now);
    assertEquals(gpio.record(17), []);
    const pin = await gpio.openOutput(line(17), options(false));
    for (const [time, on] of [[1010, true], [1020, true], [1030, false]] as const) {
      now = time;
      pin.write(on);
    }
    assertEquals(gpio.record(17), [
      { time: 1000, value: 0 },
      { time: 1010, value: 1 },
      { time: 1030, value: 0 },
    ]);
    assertEquals(gpio.record(18), []);
  },
});

Deno.test({
  name: "SimulatedGpio records levels, whatever on is",
  permissions: "none",
  async fn() {
    const gpio = new SimulatedGpio(() => 0);
    const pin = await gpio.openOutput(line(17), options(true, { activeLow: true }));
    pin.write(false);
    pin.close(true);
    const again = await gpio.openOutput(line(17), options("keep"));
    again.write(false);
    assertEquals(gpio.record(17).map(({ value }) => value), [0, 1, 0]);
  },
});

Deno.test({
  name: "SimulatedGpio remembers the last 10,000 changes of a line",
  permissions: "none",
  async fn() {
    let now = 0;
    const gpio = new SimulatedGpio(() => now);
    const pin = await gpio.openOutput(line(17), options(false));
    while (++now <= 10_001) pin.write(now % 2 === 1);
    const record = gpio.record(17);
    assertEquals([record.length, record[0], record.at(-1)], [
      10_000,
      { time: 2, value: 0 },
      { time: 10_001, value: 1 },
    ]);
  },
});
