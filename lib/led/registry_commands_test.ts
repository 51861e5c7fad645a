import { assertEquals } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { OFF, ON, TOGGLE } from "./_commands.ts";
import { world } from "./_registry_world.ts";

pure("Registry.command turns a toggle into what it comes to, by the last report", () => {
  const on = world();
  const lamp = on.greet("lamp");
  on.registry.report(lamp, true);
  on.registry.command(lamp, TOGGLE);
  on.registry.report(lamp, false);
  on.registry.command(lamp, TOGGLE);
  assertEquals(lamp.said, ["off", "on"]);
  assertEquals(on.registry.status(lamp).desired, "on");
});

pure("Registry.command counts for a toggle what was told since the last report", () => {
  const on = world();
  const lamp = on.greet("lamp");
  on.registry.report(lamp, false);
  on.registry.command(lamp, ON);
  on.registry.command(lamp, TOGGLE);
  on.registry.command(lamp, TOGGLE);
  assertEquals(lamp.said, ["on", "off", "on"]);
});

pure("Registry.command has no news for a device that is so already, however often it says it", () => {
  const on = world();
  const lamp = on.greet("lamp");
  on.registry.report(lamp, false);
  for (const _ of "12") {
    on.registry.command(lamp, OFF);
    assertEquals(lamp.isToldNews, false);
  }
  on.registry.command(lamp, ON);
  assertEquals(lamp.isToldNews, true);
});

pure("Registry.command leaves a toggle to a device that has never said what its pin is", () => {
  const on = world();
  const lamp = on.greet("lamp");
  on.registry.command(lamp, TOGGLE);
  assertEquals(lamp.said, ["toggle"]);
});

pure("Registry.command says on and off in turn to a plain client, which knows no toggle", () => {
  const on = world();
  const plain = on.join();
  for (const _ of "123") on.registry.command(plain, TOGGLE);
  assertEquals(plain.said, ["on", "off", "on"]);
});

pure("Registry.command takes a device that blinks for one that is on", () => {
  const on = world();
  const lamp = on.greet("lamp");
  on.registry.command(lamp, { do: "blink", amount: 2 });
  on.registry.report(lamp, false);
  on.registry.command(lamp, TOGGLE);
  assertEquals(lamp.said, ["blink 2", "off"]);
});

pure("Registry.report tells each report, and marks those of a device that blinks", () => {
  const on = world();
  const lamp = on.greet("lamp");
  on.told.length = 0;
  on.registry.report(lamp, false);
  on.registry.command(lamp, { do: "blink", amount: 2 });
  on.registry.report(lamp, true);
  const peer = lamp.link!.peer.name;
  assertEquals(on.told, [
    [{ event: "state", on: false, device: "lamp", peer }, false],
    [{ event: "state", on: true, device: "lamp", peer }, true],
  ]);
});

pure("Registry.reported waits for a report that is wanted, until that is given up", async () => {
  const on = world();
  const lamp = on.greet("lamp");
  const other = on.greet("fan");
  let heard = "";
  const waits = [
    on.registry.reported(lamp, (isOn) => isOn).promise.then(() => heard += "on "),
    on.registry.reported(lamp, () => true).promise.then(() => heard += "any "),
  ];
  const given = on.registry.reported(lamp, () => true);
  given.promise.then(() => heard += "never ");
  given.forget();
  on.registry.report(other, true);
  await Promise.resolve();
  assertEquals(heard, "");
  on.registry.report(lamp, false);
  await waits[1];
  assertEquals(heard, "any ");
  on.registry.report(lamp, true);
  await waits[0];
  assertEquals(heard, "any on ");
});
