import { assert, assertEquals } from "@std/assert";
import { SimulatedGpio } from "deno-gpio";
import { pure } from "../../app/_testing.ts";
import { OFF, ON, TOGGLE } from "../_commands.ts";
import { levels, open } from "./_open_device.ts";

/** The timer of a device that does not blink: whether its pin is there. */
const LOOKING = 1;

pure("Device.blink is on for half of its time, and off for the other", async () => {
  const gpio = new SimulatedGpio();
  await using lamp = await open(gpio);
  lamp.device.blink(2);
  assertEquals([lamp.states, lamp.device.doing], [[true], { do: "blink", amount: 2 }]);
  lamp.clock.pass(249);
  assertEquals(lamp.states, [true]);
  lamp.clock.pass(1);
  assertEquals(lamp.states, [true, false]);
  lamp.clock.pass(1_000);
  assertEquals(lamp.states, [true, false, true, false, true, false]);
});

pure("Device.blink doesn't add late timers up", async () => {
  await using lamp = await open(new SimulatedGpio());
  lamp.device.blink(1);
  lamp.clock.sleep(700);
  lamp.clock.pass(0);
  assertEquals(lamp.device.on, false);
  // The next flash is due 1,000 ms from the start, as if none had been late.
  lamp.clock.pass(299);
  assertEquals(lamp.device.on, false);
  lamp.clock.pass(1);
  assertEquals(lamp.device.on, true);
});

pure("Device.blink leaves out what a long sleep of the machine has missed", async () => {
  await using lamp = await open(new SimulatedGpio());
  lamp.device.blink(1);
  lamp.clock.sleep(3_600_000);
  lamp.clock.pass(1);
  const { length } = lamp.states;
  assert(length <= 5, `${length} changes`);
  lamp.clock.pass(1_000);
  assertEquals(lamp.states.length, length + 2);
});

pure("Device.blink with a count ends off and says so", async () => {
  await using lamp = await open(new SimulatedGpio());
  let done = 0;
  lamp.device.blink(50, 3, () => done++);
  lamp.clock.pass(1_000);
  assertEquals(lamp.states, [true, false, true, false, true, false]);
  assertEquals([done, lamp.device.doing, lamp.clock.pending], [1, OFF, LOOKING]);
});

pure("Device.blink with a count ends, though the machine slept meanwhile", async () => {
  await using lamp = await open(new SimulatedGpio());
  let done = 0;
  lamp.device.blink(50, 3, () => done++);
  lamp.clock.sleep(60_000);
  lamp.clock.pass(1_000);
  assertEquals([done, lamp.device.doing, lamp.clock.pending], [1, OFF, LOOKING]);
});

pure("Device.blink again at the same rate goes on as it is, at another begins anew with on", async () => {
  await using lamp = await open(new SimulatedGpio());
  lamp.device.blink(1);
  lamp.clock.pass(700);
  assertEquals(lamp.states, [true, false]);
  lamp.device.apply({ do: "blink", amount: 1 });
  assertEquals(lamp.states, [true, false]);
  lamp.clock.pass(300);
  assertEquals(lamp.states, [true, false, true]);
  lamp.clock.pass(500);
  lamp.device.apply({ do: "blink", amount: 5 });
  assertEquals([lamp.device.on, lamp.device.doing], [true, { do: "blink", amount: 5 }]);
  lamp.clock.pass(100);
  assertEquals(lamp.device.on, false);
});

pure("Device.apply ends the blinking", async () => {
  for (const [command, expected] of [[ON, ON], [OFF, OFF], [TOGGLE, OFF]] as const) {
    await using lamp = await open(new SimulatedGpio());
    lamp.device.blink(2);
    lamp.device.apply(command);
    lamp.clock.pass(10_000);
    assertEquals([lamp.device.doing, lamp.clock.pending], [expected, LOOKING]);
  }
});

pure("Device.close with keep leaves the pin as it is, even in the middle of a flash", async () => {
  const gpio = new SimulatedGpio();
  const lamp = await open(gpio);
  lamp.device.blink(1);
  await lamp.device.close("keep");
  lamp.clock.pass(10_000);
  assertEquals([levels(gpio), lamp.clock.pending], [[0, 1], 0]);
});
