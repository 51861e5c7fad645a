import { assert, assertEquals, assertThrows } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { OFF, ON } from "./_commands.ts";
import { world } from "./_registry_world.ts";
import { labelOf } from "./registry.ts";

/** The code of what `act` throws. */
const codeOf = (act: () => unknown) => assertThrows(act, PinwireError).code;

pure("Registry.join counts from 0 and never uses a number again", () => {
  const on = world();
  const [first, second] = [on.join(), on.join()];
  assertEquals([first.index, second.index], [0, 1]);
  on.registry.leave(second, 0);
  on.registry.leave(first, 0);
  assertEquals(on.registry.list(), []);
  assertEquals(on.join().index, 2);
});

pure("Registry.join lists a connection before it has said anything, and sends it nothing", () => {
  const on = world();
  const entry = on.join();
  assertEquals(on.registry.list(), [entry]);
  assertEquals([entry.said, on.events(), on.registry.names()], [[], [], []]);
  assertEquals(labelOf(entry), "0");
});

pure("Registry.greet gives the entry its name and tells of the device", () => {
  const on = world();
  const entry = on.greet("kitchen");
  assertEquals(on.events(), [{ event: "device", device: "kitchen", index: 0, peer: "tcp://127.0.0.1:1" }]);
  assertEquals(on.registry.names(), ["kitchen"]);
  assertEquals(on.registry.select("kitchen"), [entry]);
  assertEquals(on.registry.select("0"), [entry]);
  assertEquals([labelOf(entry), entry.said], ["kitchen", []]);
});

pure("Registry.greet leaves a device without a good name its number, and says so of a bad one", () => {
  const on = world();
  const nameless = on.greet();
  assertEquals(on.events(), [{ event: "device", device: "0", index: 0, peer: nameless.link!.peer.name }]);
  for (const name of ["7", "all", "a b", "\x1b[2J"]) {
    const entry = on.greet(name);
    const [error, device] = on.events();
    assert(error.event === "error" && device.event === "device");
    assertEquals([error.peer, device.device], [entry.link!.peer.name, String(entry.index)]);
    assert(!error.message.includes("\x1b") && !error.hint?.includes("\x1b"));
  }
  assertEquals(on.registry.names(), []);
});

pure("Registry.greet gives a name that is taken to the newest connection, with what it was told", () => {
  const on = world();
  const first = on.greet("lamp");
  on.registry.command(first, ON);
  on.events();
  const second = on.greet("lamp");
  assertEquals(on.registry.select("lamp"), [second]);
  assertEquals([first.name, labelOf(first), second.said], [undefined, "0", ["on"]]);
  assertEquals(on.events(), [
    { event: "notice", text: "two say the name lamp: number 1 has it now, number 0 has lost it" },
    { event: "device", device: "lamp", index: 1, peer: second.link!.peer.name },
  ]);
  // The one that lost its name is still there, and can be switched by its number.
  assertEquals(on.registry.select("0"), [first]);
  on.registry.leave(first, 0);
  assertEquals(on.registry.list(), [second]);
  // Without a name it can't come back, so it isn't away.
  assertEquals(on.events(), []);
});

pure(
  "Registry gives a name back to whom it was taken from when its holder goes, with what that was told",
  () => {
    const on = world();
    const [first, second] = [on.greet("lamp"), on.greet("lamp")];
    on.registry.command(second, ON);
    on.events();
    on.registry.leave(second, 0);
    assertEquals([on.registry.select("lamp"), on.registry.list()], [[first], [first]]);
    assertEquals([on.registry.status(first).desired, on.events()], ["on", []]);
  },
);

pure("Registry says what a device was told once more when it comes back, and nothing else", () => {
  const on = world();
  const before = on.greet("lamp");
  on.registry.command(before, OFF);
  on.registry.command(before, ON);
  on.registry.report(before, true);
  on.registry.leave(before, 5_000);
  assertEquals(on.registry.status(before), {
    index: 0,
    name: "lamp",
    peer: undefined,
    pin: "11",
    chip: "c",
    plain: false,
    on: true,
    desired: "on",
    away: "1970-01-01T00:00:05.000Z",
  });
  const after = on.greet("lamp");
  assertEquals([after.index, after.said], [1, ["on"]]);
  assertEquals(on.registry.list(), [after]);
  assertEquals(on.registry.status(after).away, undefined);
});

pure("Registry keeps for a device that is away what it is told meanwhile", () => {
  const on = world();
  const before = on.greet("lamp");
  on.registry.leave(before, 0);
  on.registry.command(before, ON);
  on.registry.command(before, { do: "blink", amount: 2 });
  assertEquals(before.said, []);
  assertEquals(on.greet("lamp").said, ["blink 2"]);
});

pure("Registry says nothing to a device that comes back and was never told anything", () => {
  const on = world();
  on.registry.leave(on.greet("lamp"), 0);
  assertEquals(on.greet("lamp").said, []);
});

pure("Registry forgets a connection without a name when it goes", () => {
  const on = world();
  const plain = on.join();
  on.registry.command(plain, ON);
  on.registry.leave(plain, 0);
  assertEquals([on.registry.list(), on.join().said], [[], []]);
});

pure("Registry.leave forgets the device that is away longest once too many are", () => {
  const on = world(2);
  const [a, b, c] = ["a", "b", "c"].map((name) => on.greet(name));
  on.registry.leave(b, 1);
  on.registry.leave(a, 2);
  on.events();
  on.registry.leave(c, 3);
  assertEquals(on.events(), [
    { event: "notice", text: "c is away" },
    {
      event: "error",
      message: "b is forgotten",
      hint: "--max-clients 2 is the limit for devices that are away, too",
    },
  ]);
  assertEquals(on.registry.names().toSorted(), ["a", "c"]);
  assertEquals(on.registry.list(), [a, c]);
  assertEquals(codeOf(() => on.registry.select("b")), "no_device");
});

pure("Registry.leave tells who is away: a device with a name, however it got it", () => {
  const on = world();
  const [plain, named, greeted] = [on.join(), on.join(), on.greet("lamp")];
  on.registry.rename(named, "fan");
  on.events();
  for (const entry of [plain, named, greeted]) on.registry.leave(entry, 0);
  assertEquals(on.events(), [
    { event: "notice", text: "fan is away" },
    { event: "notice", text: "lamp is away" },
  ]);
});

pure("Registry.leave counts no device as away that is connected", () => {
  const on = world(1);
  for (const name of ["a", "b", "c"]) on.greet(name);
  on.events();
  on.registry.leave(on.registry.select("b")[0], 1);
  assertEquals(on.events(), [{ event: "notice", text: "b is away" }]);
  assertEquals(on.registry.names(), ["a", "b", "c"]);
});

pure("Registry.rename gives a plain client a name under which it is found", () => {
  const on = world();
  const plain = on.join();
  on.registry.rename(plain, "lamp");
  assertEquals(on.registry.select("lamp"), [plain]);
  assertEquals(plain.said, []);
  on.registry.rename(plain, "light");
  assertEquals(on.registry.names(), ["light"]);
  // Its own name is no other's.
  on.registry.rename(plain, "light");
  assertEquals(on.registry.names(), ["light"]);
});

pure("Registry.rename outlasts the device's link, whatever it calls itself", () => {
  const on = world();
  const before = on.greet("pi");
  on.registry.rename(before, "kitchen");
  on.registry.command(before, ON);
  on.registry.leave(before, 0);
  const after = on.greet("pi");
  assertEquals([labelOf(after), after.said], ["kitchen", ["on"]]);
  // Another pin of that machine is another device.
  assertEquals(labelOf(on.greet("pi", "13")), "pi");
});

pure("Registry.rename refuses what can't be a name, and one that is there", () => {
  const on = world();
  const [a] = [on.greet("a"), on.greet("b")];
  for (const name of ["3", "all", "", "a b"]) {
    assertEquals(codeOf(() => on.registry.rename(a, name)), "usage");
  }
  assertEquals(codeOf(() => on.registry.rename(a, "b")), "name_taken");
  assertEquals(on.registry.names(), ["a", "b"]);
});

pure(
  "Registry.rename lets a connection take the name of a device that is away, with what that was told",
  () => {
    const on = world();
    const away = on.greet("lamp");
    on.registry.command(away, ON);
    on.registry.leave(away, 0);
    const plain = on.join();
    on.registry.rename(plain, "lamp");
    assertEquals(plain.said, ["on"]);
    assertEquals(on.registry.list(), [plain]);
  },
);

pure("Registry.select finds by number, by name, and all, those that are away among them", () => {
  const on = world();
  const [plain, lamp, away] = [on.join(), on.greet("lamp"), on.greet("gone")];
  on.registry.leave(away, 0);
  assertEquals(on.registry.select("all"), [plain, lamp, away]);
  assertEquals(on.registry.select("gone"), [away]);
  assertEquals(on.registry.select("2"), [away]);
  assertEquals(on.registry.select("01"), [lamp]);
});

pure("Registry.select says how to find a device in place of one that there isn't", () => {
  const on = world();
  const hintOf = (which: string) => {
    const error = assertThrows(() => on.registry.select(which), PinwireError);
    assertEquals([error.code, error.message], ["no_device", `there is no device ${which}`]);
    return error.hint;
  };
  assertEquals(hintOf("0"), "start an agent, or the tutorial's client");
  assertEquals(on.registry.select("all"), []);
  on.greet("lamp");
  on.greet("fan");
  for (const which of ["7", "lam", "Lamp", "", "-1", "__proto__"]) {
    assertEquals(hintOf(which), "list shows those that there are");
  }
});

pure("Registry.remove takes an entry off the list that is no device, and gives its number back", () => {
  const on = world();
  const control = on.join();
  on.registry.remove(control);
  assertEquals([on.registry.list(), on.registry.select("all")], [[], []]);
  assertEquals(on.join().index, 0);
});

pure("Registry.remove gives a number back only if it was the last", () => {
  const on = world();
  const [control, lamp] = [on.join(), on.greet("lamp")];
  on.registry.remove(control);
  assertEquals(on.join().index, 2);
  assertEquals(on.registry.select("1"), [lamp]);
});
