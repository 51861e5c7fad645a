import { assertEquals } from "@std/assert";
import { FakeClock, pure, turn } from "../app/_testing.ts";
import { DeviceWatch } from "./device_watch.ts";
import type { ShownDevice } from "./protocol.ts";
import { Registry } from "./registry.ts";

const PEER = { scheme: "unix", name: "unix:#1", isLocal: true, isEncrypted: false };

/** A registry, what a watcher of it is told, and how that is held up. */
function world() {
  const clock = new FakeClock();
  const registry = new Registry(() => {}, 10);
  let told: ShownDevice[] = [];
  let isTaken: Promise<void> = Promise.resolve();
  const watch = new DeviceWatch(registry, clock, (device) => {
    told.push(device);
    return isTaken;
  });
  return {
    clock,
    registry,
    watch,
    join: () => registry.join({ peer: PEER, send() {} }),
    greet(name: string) {
      const entry = this.join();
      registry.greet(entry, { role: "agent", version: 1, name });
      return entry;
    },
    /** The watcher reads nothing until what is given is called. */
    holdUp() {
      const { promise, resolve } = Promise.withResolvers<void>();
      isTaken = promise;
      return () => {
        isTaken = Promise.resolve();
        resolve();
      };
    },
    /** What it was told since the last time. */
    async told() {
      await turn();
      const before = told;
      told = [];
      return before;
    },
  };
}

const LAMP: ShownDevice = { index: 0, device: "lamp", on: null, blink: null, away: false };

pure("DeviceWatch tells of what there is, and of each change once", async () => {
  const on = world();
  const lamp = on.greet("lamp");
  await on.watch.tellAll();
  assertEquals(await on.told(), [LAMP]);
  on.registry.report(lamp, false);
  assertEquals(await on.told(), [{ ...LAMP, on: false }]);
  on.registry.report(lamp, false);
  assertEquals(await on.told(), []);
  on.registry.rename(lamp, "kitchen");
  assertEquals(await on.told(), [{ ...LAMP, device: "kitchen", on: false }]);
  on.registry.leave(lamp, 0);
  assertEquals(await on.told(), [{ ...LAMP, device: "kitchen", on: false, away: true }]);
});

pure("DeviceWatch has a device that blinks be on, and doesn't tell of its edges", async () => {
  const on = world();
  const lamp = on.greet("lamp");
  await on.told();
  on.registry.command(lamp, { do: "blink", amount: 2 });
  for (const level of [true, false, true]) on.registry.report(lamp, level);
  assertEquals(await on.told(), [{ ...LAMP, on: true, blink: 2 }]);
  on.registry.command(lamp, { do: "off" });
  on.registry.report(lamp, false);
  assertEquals(await on.told(), [{ ...LAMP, on: false }]);
});

pure("DeviceWatch says that a device has gone whose name another took, or which had none", async () => {
  const on = world();
  const lamp = on.greet("lamp");
  const plain = on.join();
  on.registry.command(plain, { do: "on" });
  on.clock.pass(300);
  const PLAIN: ShownDevice = {
    index: 1,
    device: "1",
    on: null,
    blink: null,
    away: false,
    plain: true,
    desired: "on",
  };
  assertEquals(await on.told(), [LAMP, PLAIN]);
  on.registry.leave(lamp, 0);
  await on.told();
  on.greet("lamp");
  on.registry.leave(plain, 0);
  assertEquals(await on.told(), [
    { ...LAMP, index: 2 },
    { ...LAMP, away: true, gone: true },
    { ...PLAIN, gone: true },
  ]);
});

pure("DeviceWatch tells of a device that is away what it will be told when it is back", async () => {
  const on = world();
  const lamp = on.greet("lamp");
  on.registry.report(lamp, false);
  on.registry.leave(lamp, 0);
  const AWAY: ShownDevice = { ...LAMP, on: false, away: true };
  assertEquals((await on.told()).at(-1), AWAY);
  on.registry.command(lamp, { do: "on" });
  assertEquals(await on.told(), [{ ...AWAY, desired: "on" }]);
  on.registry.command(lamp, { do: "blink", amount: 2 });
  assertEquals(await on.told(), [{ ...AWAY, on: true, blink: 2, desired: "blink 2" }]);
});

pure("DeviceWatch doesn't tell of a connection that soon turns out to be no device", async () => {
  const on = world();
  const control = on.join();
  on.clock.pass(299);
  on.registry.remove(control);
  on.clock.pass(1000);
  assertEquals(await on.told(), []);
});

pure("DeviceWatch tells one that reads slowly the last state, and not those between", async () => {
  const on = world();
  const lamp = on.greet("lamp");
  const goOn = on.holdUp();
  assertEquals(await on.told(), [LAMP]);
  for (let i = 0; i < 1001; i++) on.registry.report(lamp, i % 2 === 0);
  assertEquals(await on.told(), []);
  goOn();
  assertEquals(await on.told(), [{ ...LAMP, on: true }]);
});

pure("DeviceWatch tells nothing once it is disposed of", async () => {
  const on = world();
  const lamp = on.greet("lamp");
  on.join();
  await on.told();
  on.watch[Symbol.dispose]();
  on.registry.report(lamp, true);
  on.clock.pass(1000);
  assertEquals(await on.told(), []);
});
