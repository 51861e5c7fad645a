import { assertEquals, assertRejects } from "@std/assert";
import { type Gpio, type OutputOptions, type OutputPin, SimulatedGpio } from "deno-gpio";
import { pure } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import type { FakeClock } from "../../net/_fake_clock.ts";
import { OFF, ON, TOGGLE } from "../_commands.ts";
import { levels, LINE, open } from "./_open_device.ts";

/** A pin that can be pulled out and put back. */
class LooseGpio implements Gpio {
  readonly kind = "simulated";
  readonly chip = "loose";
  readonly inner = new SimulatedGpio();
  isThere = true;
  /** How it was opened, each time. */
  readonly opened: OutputOptions[] = [];

  async openOutput(line: typeof LINE, options: OutputOptions): Promise<OutputPin> {
    this.#check();
    const pin = await this.inner.openOutput(line, options);
    this.opened.push(options);
    const check = () => this.#check();
    return {
      line,
      read: () => (check(), pin.read()),
      write: (on) => (check(), pin.write(on)),
      close: (release) => pin.close(release),
    };
  }

  inspect() {
    return undefined;
  }

  #check(): void {
    if (!this.isThere) throw new PinwireError("pin_gone", "the pin is gone");
  }
}

/** Lets the time of a look pass. If the pin is opened again, that takes a few turns. */
async function look(clock: FakeClock): Promise<void> {
  clock.pass(1_000);
  for (let turn = 0; turn < 10; turn++) await undefined;
}

pure("Device.open has the pin as it shall be from its first moment on", async () => {
  for (const [initial, isOn] of [[true, true], [false, false], ["keep", false]] as const) {
    const gpio = new SimulatedGpio();
    await using lamp = await open(gpio, { initial });
    assertEquals(levels(gpio), [isOn ? 1 : 0]);
    assertEquals([lamp.device.on, lamp.device.doing, lamp.states], [isOn, isOn ? ON : OFF, []]);
  }
});

pure("Device.open with keep leaves a pin as it was", async () => {
  const gpio = new SimulatedGpio();
  (await gpio.openOutput(LINE, { initial: true, consumer: "before" })).close(false);
  await using lamp = await open(gpio);
  assertEquals([lamp.device.on, levels(gpio)], [true, [1]]);
});

pure("Device.open throws when the pin is taken, and names the holder", async () => {
  const gpio = new SimulatedGpio();
  await using _ = await open(gpio, { name: "first" });
  const error = await assertRejects(() => open(gpio, { name: "second" }), PinwireError);
  assertEquals([error.code, error.message], ["pin_busy", "pin 11 (GPIO17) is taken by first"]);
});

pure("Device.apply switches at once, and tells of changes alone", async () => {
  const gpio = new SimulatedGpio();
  await using lamp = await open(gpio);
  for (const command of [ON, ON, OFF, OFF, TOGGLE, TOGGLE, ON]) lamp.device.apply(command);
  assertEquals(lamp.states, [true, false, true, false, true]);
  assertEquals(levels(gpio), [0, 1, 0, 1, 0, 1]);
});

pure("Device.apply with active low has on as the low level", async () => {
  const gpio = new SimulatedGpio();
  await using lamp = await open(gpio, { activeLow: true, initial: false });
  lamp.device.apply(ON);
  assertEquals([levels(gpio), lamp.states], [[1, 0], [true]]);
});

pure("Device.apply writes what is so already, since another program may have changed the pin", async () => {
  const gpio = new SimulatedGpio();
  let writes = 0;
  const counting = new LooseGpio();
  counting.openOutput = async (line, options) => {
    const pin = await gpio.openOutput(line, options);
    return { ...pin, write: (on) => (writes++, pin.write(on)) };
  };
  await using lamp = await open(counting);
  lamp.device.apply(OFF);
  lamp.device.apply(OFF);
  assertEquals([writes, lamp.states], [2, []]);
});

pure("Device.close with off switches it off and lets others have the pin", async () => {
  const gpio = new SimulatedGpio();
  const lamp = await open(gpio, { initial: true });
  await lamp.device.close("off");
  assertEquals([levels(gpio), lamp.states], [[1, 0], [false]]);
  await using _ = await open(gpio);
});

pure("Device tells once that its pin is gone, and again what it is when it is back", async () => {
  const gpio = new LooseGpio();
  await using lamp = await open(gpio, { initial: true });
  gpio.isThere = false;
  for (let i = 0; i < 3; i++) await look(lamp.clock);
  assertEquals(lamp.errors.map((error) => (error as PinwireError).code), ["pin_gone"]);
  assertEquals(lamp.states, []);
  gpio.isThere = true;
  await look(lamp.clock);
  assertEquals([lamp.states, lamp.errors.length], [[true], 1]);
  // What it is to be is known only once it is there.
  assertEquals(gpio.opened.map(({ initial }) => initial), [true, "keep"]);
});

pure("Device does what it was told while its pin was gone, without a pulse, once it is back", async () => {
  const gpio = new LooseGpio();
  await using lamp = await open(gpio, { initial: true });
  gpio.isThere = false;
  lamp.device.apply(ON);
  assertEquals(lamp.errors.length, 1);
  lamp.device.apply(OFF);
  assertEquals([lamp.states, lamp.errors.length], [[], 1]);
  gpio.isThere = true;
  await look(lamp.clock);
  assertEquals([lamp.states, levels(gpio.inner)], [[false], [1, 0]]);
  lamp.device.apply(ON);
  assertEquals(levels(gpio.inner), [1, 0, 1]);
});

pure("Device finds by itself that its pin is gone", async () => {
  const gpio = new LooseGpio();
  await using lamp = await open(gpio);
  gpio.isThere = false;
  lamp.clock.pass(999);
  assertEquals(lamp.errors, []);
  lamp.clock.pass(1);
  assertEquals(lamp.errors.length, 1);
  gpio.isThere = true;
  lamp.clock.pass(1_000);
  await lamp.told(1);
  assertEquals(lamp.states, [false]);
});

pure("Device.close waits for no pin that is gone", async () => {
  const gpio = new LooseGpio();
  const lamp = await open(gpio);
  gpio.isThere = false;
  lamp.device.apply(ON);
  await lamp.device.close("off");
  gpio.isThere = true;
  await using again = await open(gpio);
  assertEquals(again.device.on, false);
});
