import { assertEquals } from "@std/assert";
import { Devices, periodOf, stateOf } from "./devices.js";
import { errorText, TEXTS } from "./texts.js";

const lamp = { index: 0, device: "lamp", on: true, blink: null, away: false };

Deno.test({
  name: "Devices are sorted by name, numbers in names as numbers, and those without a name last",
  permissions: "none",
  fn() {
    const devices = new Devices();
    const told: [index: number, device: string][] = [
      [10, "10"],
      [1, "lamp10"],
      [2, "lamp9"],
      [3, "Attic"],
      [4, "4"],
    ];
    for (const [index, device] of told) devices.told({ ...lamp, index, device });
    assertEquals(devices.sorted().map(({ device }) => device), ["Attic", "lamp9", "lamp10", "4", "10"]);
  },
});

Deno.test({
  name: "Devices takes the last word on each, and forgets who is gone",
  permissions: "none",
  fn() {
    const devices = new Devices();
    devices.told(lamp);
    devices.told({ ...lamp, index: 1, device: "attic" });
    devices.told({ ...lamp, on: false });
    devices.told({ ...lamp, index: 1, gone: true });
    assertEquals(devices.sorted(), [{ ...lamp, on: false }]);
    devices.clear();
    assertEquals(devices.sorted(), []);
  },
});

Deno.test({
  name: "stateOf is away for whatever has gone, and unknown where nobody knows",
  permissions: "none",
  fn() {
    assertEquals(stateOf(lamp), "isOn");
    assertEquals(stateOf({ ...lamp, on: false }), "isOff");
    assertEquals(stateOf({ ...lamp, on: null }), "unknown");
    assertEquals(stateOf({ ...lamp, away: true, blink: 2 }), "away");
  },
});

Deno.test({
  name: "periodOf draws no more than three flashes a second",
  permissions: "none",
  fn() {
    assertEquals([0.5, 2, 50].map(periodOf), [2000, 500, 1000 / 3]);
  },
});

Deno.test({
  name: "errorText says in Chinese what it knows in Chinese, and else what the server says",
  permissions: "none",
  fn() {
    const away = { message: "kitchen is away", hint: "it will be told when it comes back" };
    assertEquals(errorText(away, "en"), "kitchen is away: it will be told when it comes back");
    assertEquals(errorText(away, "zh"), "kitchen 已离开，等它回来再执行");
    assertEquals(errorText({ message: "something new" }, "zh"), "something new");
  },
});

Deno.test({
  name: "the page says the same things in both languages",
  permissions: "none",
  fn() {
    assertEquals(Object.keys(TEXTS.zh), Object.keys(TEXTS.en));
  },
});
