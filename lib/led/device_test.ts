import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Gpio, type OutputOptions, type OutputPin, SimulatedGpio } from "deno-gpio";
import { PinwireError } from "../errors.ts";
import { Device, type DeviceOptions } from "./device.ts";

function pure(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

const LINE = { offset: 17, name: "11", label: "pin 11 (GPIO17)" };
const ON = { do: "on" } as const;
const OFF = { do: "off" } as const;
const TOGGLE = { do: "toggle" } as const;

/** A device that keeps what it said. */
async function open(gpio: Gpio, options: Partial<DeviceOptions> = {}) {
  const states: boolean[] = [];
  const errors: unknown[] = [];
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
    ...options,
  });
  return {
    device,
    /** All that it told. */
    states,
    errors,
    /** Resolves once it has told of so many states. */
    async told(count: number) {
      while (states.length < count) await changed.promise;
    },
    [Symbol.asyncDispose]: () => device.close("off"),
  };
}

/** The levels that the line has had. */
const levels = (gpio: SimulatedGpio) => gpio.record(LINE.offset).map(({ value }) => value);

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

/** Takes the place of `setInterval`: the test says when it is time to look. */
function byHand() {
  const { setInterval } = globalThis;
  const looks: (() => void)[] = [];
  Object.assign(globalThis, { setInterval: (look: () => void) => looks.push(look) });
  return {
    async look() {
      for (const look of looks) look();
      // The pin is opened again in a few turns.
      for (let turn = 0; turn < 10; turn++) await undefined;
    },
    [Symbol.dispose]: () => void Object.assign(globalThis, { setInterval }),
  };
}

/** A clock and its timers, which go off only as it is told to pass on. */
function clock() {
  const { setTimeout, clearTimeout } = globalThis;
  const { now } = performance;
  const timers = new Map<number, { at: number; run: () => void }>();
  let time = 0;
  let last = 0;
  performance.now = () => time;
  Object.assign(globalThis, {
    setTimeout(run: () => void, ms: number) {
      timers.set(++last, { at: time + Math.max(0, ms), run });
      return last;
    },
    clearTimeout: (id: number) => void timers.delete(id),
  });
  return {
    /** Whether anything is still to go off. */
    isIdle: () => timers.size === 0,
    /** The time passes, and what is due goes off in its turn. */
    pass(ms: number) {
      const end = time + ms;
      for (;;) {
        const [next] = [...timers].sort(([, a], [, b]) => a.at - b.at);
        if (!next || next[1].at > end) break;
        timers.delete(next[0]);
        time = Math.max(time, next[1].at);
        next[1].run();
      }
      time = end;
    },
    /** The machine sleeps: the time passes, and nothing goes off. */
    sleep: (ms: number) => void (time += ms),
    [Symbol.dispose]() {
      performance.now = now;
      Object.assign(globalThis, { setTimeout, clearTimeout });
    },
  };
}

pure("Device.open has the pin as it shall be from its first moment on", async () => {
  for (const [initial, isOn] of [[true, true], [false, false], ["keep", false]] as const) {
    const gpio = new SimulatedGpio();
    await using lamp = await open(gpio, { initial });
    assertEquals(levels(gpio), [isOn ? 1 : 0]);
    assertEquals([lamp.device.on, lamp.device.hz, lamp.states], [isOn, 0, []]);
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

pure("Device.blink is on for half of its time, and off for the other", async () => {
  using time = clock();
  const gpio = new SimulatedGpio();
  await using lamp = await open(gpio);
  lamp.device.blink(2);
  assertEquals([lamp.states, lamp.device.hz], [[true], 2]);
  time.pass(249);
  assertEquals(lamp.states, [true]);
  time.pass(1);
  assertEquals(lamp.states, [true, false]);
  time.pass(1_000);
  assertEquals(lamp.states, [true, false, true, false, true, false]);
});

pure("Device.blink adds no late timers up", async () => {
  using time = clock();
  await using lamp = await open(new SimulatedGpio());
  lamp.device.blink(1);
  time.sleep(700);
  time.pass(0);
  assertEquals(lamp.device.on, false);
  // The next flash is due 1,000 ms from the start, as if none had been late.
  time.pass(299);
  assertEquals(lamp.device.on, false);
  time.pass(1);
  assertEquals(lamp.device.on, true);
});

pure("Device.blink makes up for nothing after a long sleep", async () => {
  using time = clock();
  await using lamp = await open(new SimulatedGpio());
  lamp.device.blink(1);
  time.sleep(3_600_000);
  time.pass(1);
  const { length } = lamp.states;
  assert(length <= 5, `${length} changes`);
  time.pass(1_000);
  assertEquals(lamp.states.length, length + 2);
});

pure("Device.blink so often ends off and says so", async () => {
  using time = clock();
  await using lamp = await open(new SimulatedGpio());
  let done = 0;
  lamp.device.blink(50, 3, () => done++);
  time.pass(1_000);
  assertEquals(lamp.states, [true, false, true, false, true, false]);
  assertEquals([done, lamp.device.hz, time.isIdle()], [1, 0, true]);
});

pure("Device.blink so often ends, though the machine slept meanwhile", async () => {
  using time = clock();
  await using lamp = await open(new SimulatedGpio());
  let done = 0;
  lamp.device.blink(50, 3, () => done++);
  time.sleep(60_000);
  time.pass(1_000);
  assertEquals([done, lamp.device.on, lamp.device.hz, time.isIdle()], [1, false, 0, true]);
});

pure("Device.blink again at the same rate goes on as it is, at another begins anew with on", async () => {
  using time = clock();
  await using lamp = await open(new SimulatedGpio());
  lamp.device.blink(1);
  time.pass(700);
  assertEquals(lamp.states, [true, false]);
  lamp.device.apply({ do: "blink", hz: 1 });
  assertEquals(lamp.states, [true, false]);
  time.pass(300);
  assertEquals(lamp.states, [true, false, true]);
  time.pass(500);
  lamp.device.apply({ do: "blink", hz: 5 });
  assertEquals([lamp.device.on, lamp.device.hz], [true, 5]);
  time.pass(100);
  assertEquals(lamp.device.on, false);
});

pure("Device.apply ends the blinking", async () => {
  for (const [command, expected] of [[ON, true], [OFF, false], [TOGGLE, false]] as const) {
    using time = clock();
    await using lamp = await open(new SimulatedGpio());
    lamp.device.blink(2);
    lamp.device.apply(command);
    time.pass(10_000);
    assertEquals([lamp.device.on, lamp.device.hz, time.isIdle()], [expected, 0, true]);
  }
});

pure("Device.blink runs on timers of its own", async () => {
  const gpio = new SimulatedGpio();
  await using lamp = await open(gpio);
  lamp.device.blink(50);
  await lamp.told(4);
  const [off, on, ...more] = gpio.record(LINE.offset).map(({ time }) => time);
  assert(more[0] - on >= 8 && off <= on, `${more[0] - on} ms`);
});

pure("Device.close with off switches it off and lets others have the pin", async () => {
  const gpio = new SimulatedGpio();
  const lamp = await open(gpio, { initial: true });
  await lamp.device.close("off");
  assertEquals([levels(gpio), lamp.states], [[1, 0], [false]]);
  await using _ = await open(gpio);
});

pure("Device.close with keep leaves the pin as it is, even in the middle of a flash", async () => {
  using time = clock();
  const gpio = new SimulatedGpio();
  const lamp = await open(gpio);
  lamp.device.blink(1);
  await lamp.device.close("keep");
  time.pass(10_000);
  assertEquals([levels(gpio), time.isIdle()], [[0, 1], true]);
});

pure("Device tells once that its pin is gone, and again what it is when it is back", async () => {
  using time = byHand();
  const gpio = new LooseGpio();
  await using lamp = await open(gpio, { initial: true });
  gpio.isThere = false;
  for (let i = 0; i < 3; i++) await time.look();
  assertEquals(lamp.errors.map((error) => (error as PinwireError).code), ["pin_gone"]);
  assertEquals(lamp.states, []);
  gpio.isThere = true;
  await time.look();
  assertEquals([lamp.states, lamp.errors.length], [[true], 1]);
  // What it is to be is known only once it is there.
  assertEquals(gpio.opened.map(({ initial }) => initial), [true, "keep"]);
});

pure("Device does what it was told while its pin was gone, without a pulse, once it is back", async () => {
  using time = byHand();
  const gpio = new LooseGpio();
  await using lamp = await open(gpio, { initial: true });
  gpio.isThere = false;
  lamp.device.apply(ON);
  assertEquals(lamp.errors.length, 1);
  lamp.device.apply(OFF);
  assertEquals([lamp.states, lamp.errors.length], [[], 1]);
  gpio.isThere = true;
  await time.look();
  assertEquals([lamp.states, levels(gpio.inner)], [[false], [1, 0]]);
  lamp.device.apply(ON);
  assertEquals(levels(gpio.inner), [1, 0, 1]);
});

pure("Device finds by itself that its pin is gone", async () => {
  const gpio = new LooseGpio();
  await using lamp = await open(gpio);
  gpio.isThere = false;
  // The timer that looks is the device's own here.
  await new Promise<void>((resolve) => lamp.errors.push = () => (resolve(), 1));
  gpio.isThere = true;
  await lamp.told(1);
  assertEquals(lamp.states, [false]);
});

pure("Device.close waits for no pin that is gone", async () => {
  using _ = byHand();
  const gpio = new LooseGpio();
  const lamp = await open(gpio);
  gpio.isThere = false;
  lamp.device.apply(ON);
  await lamp.device.close("off");
  gpio.isThere = true;
  await using again = await open(gpio);
  assertEquals(again.device.on, false);
});
