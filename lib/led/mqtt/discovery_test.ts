import { assertEquals, assertMatch } from "@std/assert";
import { discoveryOf, discoveryTopic, idOf } from "./discovery.ts";

const plain = (name: string) => ({ name, canBeAway: false });

Deno.test("discoveryTopic and idOf keep plain names, and put a hash behind what had to become _", () => {
  assertEquals(
    discoveryTopic("homeassistant", "raspberry-pi_1"),
    "homeassistant/device/pinwire_raspberry-pi_1/config",
  );
  // printf lamp.1 | sha256sum
  assertEquals(idOf("lamp.1"), "lamp_1_8bc3344c");
  assertMatch(idOf("厨房"), /^___[0-9a-f]{8}$/);
  assertMatch(idOf("派", "灯"), /^____[0-9a-f]{8}$/);
});

Deno.test("idOf never gives two names, or two pairs of names, one id", () => {
  const names = ["a", "b", "a_b", "b_c", "a-b", "a.b", "é", "厨房", "厨室", "a_b_c", "c"];
  const ids = [
    ...names.map((name) => idOf(name)),
    ...names.flatMap((node) => names.map((device) => idOf(node, device))),
  ];
  // A node alone and a node with a device are never ids of one kind.
  assertEquals(new Set(ids.slice(0, names.length)).size, names.length);
  assertEquals(new Set(ids.slice(names.length)).size, names.length ** 2);
  for (const id of ids) assertMatch(id, /^[A-Za-z0-9_-]+$/);
});

Deno.test("discoveryOf is one device with a light for each LED, readable in any script", () => {
  const { dev, o, qos, cmps } = JSON.parse(discoveryOf("pi", [plain("red"), plain("灯")]));
  assertEquals({ dev, o, qos }, {
    dev: { ids: "pinwire_pi", name: "pi", mf: "pinwire" },
    o: { name: "pinwire" },
    qos: 1,
  });
  assertEquals(Object.keys(cmps), ["red", idOf("灯")]);
  assertEquals(cmps.red, {
    p: "light",
    schema: "json",
    uniq_id: "pinwire_pi_red",
    name: "red",
    stat_t: "pinwire/pi/red/state",
    cmd_t: "pinwire/pi/red/set",
    sup_clrm: ["onoff"],
    effect: true,
    fx_list: ["off", "blink 1", "blink 2", "blink 5"],
    avty: [{ t: "pinwire/pi/status" }],
    avty_mode: "all",
  });
  assertEquals([cmps[idOf("灯")].name, cmps[idOf("灯")].stat_t], ["灯", "pinwire/pi/灯/state"]);
});

Deno.test("discoveryOf names the status of a device that can be away, and is empty without devices", () => {
  const { cmps } = JSON.parse(discoveryOf("house", [{ name: "kitchen", canBeAway: true }]));
  assertEquals(cmps.kitchen.avty, [{ t: "pinwire/house/status" }, { t: "pinwire/house/kitchen/status" }]);
  assertEquals(discoveryOf("house", []), "");
});
