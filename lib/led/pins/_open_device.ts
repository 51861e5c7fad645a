import type { Gpio, SimulatedGpio } from "deno-gpio";
import { FakeClock } from "../../net/_fake_clock.ts";
import { Device, type DeviceOptions } from "./device.ts";

export const LINE = { offset: 17, name: "11", label: "pin 11 (GPIO17)" };

/** A device that keeps what it told, on a clock of its own. */
export async function open(gpio: Gpio, options: Partial<DeviceOptions> = {}) {
  const states: boolean[] = [];
  const errors: unknown[] = [];
  const clock = new FakeClock();
  let changed = Promise.withResolvers<void>();
  const device = await Device.open({
    name: "lamp",
    gpio,
    line: LINE,
    activeLow: false,
    initial: "keep",
    onState(on) {
      states.push(on);
      changed.resolve();
      changed = Promise.withResolvers();
    },
    onLost: (error) => void errors.push(error),
    clock,
    ...options,
  });
  return {
    device,
    clock,
    /** All states that it told. */
    states,
    errors,
    /** Resolves once it has told `count` states. */
    async told(count: number) {
      while (states.length < count) await changed.promise;
    },
    [Symbol.asyncDispose]: () => device.close("off"),
  };
}

/** The levels that the line has had. */
export const levels = (gpio: SimulatedGpio) => gpio.record(LINE.offset).map(({ value }) => value);
