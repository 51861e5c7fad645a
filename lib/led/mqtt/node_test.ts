import { assertEquals, assertMatch } from "@std/assert";
import { contextOf, FakeClock } from "../../app/_testing.ts";
import type { Event } from "../../app/mod.ts";
import { ON } from "../_commands.ts";
import type { Command } from "../verbs.ts";
import { MqttNode, type NodeDevice } from "./node.ts";

/** The lights of which a discovery tells, those that are taken away with a minus. */
const lightsOf = (payload: string) =>
  Object.entries<Record<string, unknown>>(JSON.parse(payload || "{}").cmps ?? {})
    .map(([name, light]) => light.stat_t ? name : `-${name}`).join();

/** A node in memory, and what it says. */
class World {
  readonly clock = new FakeClock();
  readonly errors: string[] = [];
  readonly applied: string[] = [];
  readonly node: MqttNode;
  devices: NodeDevice[];
  #said: string[] = [];

  constructor(devices: NodeDevice[], { remembers = false, isTold = true } = {}) {
    this.devices = devices;
    const onEvent = (event: Event) => void (event.event === "error" && this.errors.push(event.message));
    this.node = new MqttNode({
      ...contextOf("raw", { onEvent, clock: this.clock }),
      node: "pi",
      discoveryPrefix: isTold ? "ha" : undefined,
      remembers,
      devices: () => this.devices,
      apply: (name, command) => {
        this.applied.push(`${name} ${command.do}`);
        return this.devices.some((device) => device.name === name);
      },
      publish: ({ topic, payload, retain }) => {
        const short = topic.startsWith("ha/") ? lightsOf(payload) : payload;
        this.#said.push(`${topic.replace("pinwire/pi/", "").replace("/pinwire_pi/config", "")} ${short}`);
        assertEquals(retain, true);
      },
    });
  }

  /** What was said since it was asked last. */
  said(): string[] {
    return this.#said.splice(0);
  }

  hear(topic: string, text: string, isRetained = false): void {
    this.node.onMessage({ topic, payload: new TextEncoder().encode(text), isRetained });
  }
}

const pin = (name: string, doing: Command | undefined = ON): NodeDevice => ({
  name,
  doing,
  isThere: true,
  canBeAway: false,
});
const far = (name: string, doing?: Command, isThere = true): NodeDevice => ({
  ...pin(name, doing),
  doing,
  isThere,
  canBeAway: true,
});
const ON_TEXT = '{"state":"ON","effect":null}';

Deno.test("MqttNode says what its devices are before all, once, and again where the broker or Home Assistant is new", () => {
  const world = new World([pin("red")]);
  world.node.tell(pin("red"));
  assertEquals(world.said(), []);
  const all = ["ha/device red", `red/state ${ON_TEXT}`, "status online"];
  world.node.onReady();
  assertEquals(world.said(), all);
  world.node.tell(pin("red"));
  assertEquals(world.said(), []);
  world.hear("ha/status", "online");
  assertEquals(world.said(), all);
  world.hear("ha/status", "offline");
  // What the broker had kept is old.
  world.hear("ha/status", "online", true);
  assertEquals(world.said(), []);
  world.node.onLost();
  world.node.tell(pin("red", { do: "off" }));
  assertEquals(world.said(), []);
  world.node.onReady();
  assertEquals(world.said(), all);
});

Deno.test("MqttNode without a prefix tells nobody of its devices, and hears nobody start", () => {
  const world = new World([pin("red")], { isTold: false });
  assertEquals(world.node.filters, ["pinwire/pi/+/set", "pinwire/pi/+/state"]);
  world.node.onReady();
  assertEquals(world.said(), [`red/state ${ON_TEXT}`, "status online"]);
});

Deno.test("MqttNode obeys set, and tells of what it can't do, once a second", () => {
  const world = new World([pin("red")]);
  world.hear("pinwire/pi/red/set", "off");
  world.hear("pinwire/pi/blue/set", "on");
  assertEquals(world.applied, ["red off", "blue on"]);
  for (let i = 0; i < 10_000; i++) world.hear("pinwire/pi/red/set", "\x1b[2J");
  world.clock.pass(1_000);
  world.hear("pinwire/pi/red/set", "on", true);
  assertEquals(world.applied.length, 2);
  const [first, others, last, ...more] = world.errors;
  assertEquals([first, others, more], [
    "nobody is at pinwire/pi/blue/set",
    "commands that could not be done besides: 10000",
    [],
  ]);
  assertMatch(last, /^a retained command at pinwire\/pi\/red\/set is passed over$/);
});

Deno.test("MqttNode passes over topics that it did not ask for", () => {
  const world = new World([pin("red")]);
  for (const topic of ["", "pinwire/pi/set", "pinwire/other/red/set", "pinwire/pi/red/state", "a/b/c/d/e"]) {
    world.hear(topic, "off");
  }
  assertEquals([world.applied, world.errors, world.said()], [[], [], []]);
});

Deno.test("MqttNode takes a device that has another name, or is no more, from Home Assistant and from the broker", () => {
  const world = new World([far("kitchen", ON)]);
  world.node.onReady();
  assertEquals(world.said(), [
    "ha/device kitchen",
    `kitchen/state ${ON_TEXT}`,
    "kitchen/status online",
    "status online",
  ]);
  world.devices = [far("hall", ON)];
  world.node.onDevices();
  assertEquals(world.said(), [
    "ha/device hall,-kitchen",
    `hall/state ${ON_TEXT}`,
    "hall/status online",
    "kitchen/status ",
    "kitchen/state ",
  ]);
  // A link that is lost meanwhile is no reason to leave anything there.
  world.node.onLost();
  world.devices = [];
  world.node.onDevices();
  world.node.onReady();
  assertEquals(world.said().slice(0, 2), ["ha/device ", "status online"]);
});

Deno.test("MqttNode has a device that the broker knows of an earlier run away, until it comes", () => {
  const world = new World([], { remembers: true });
  assertEquals(world.node.filters, ["pinwire/pi/+/set", "pinwire/pi/+/status", "ha/status"]);
  world.hear("pinwire/pi/kitchen/status", "online", true);
  world.hear("pinwire/pi/gone/status", "", true);
  world.hear("pinwire/pi/no name/status", "online", true);
  world.node.onReady();
  assertEquals(world.said(), ["ha/device kitchen", "kitchen/status offline", "status online"]);
  // What comes later is what it said itself.
  world.hear("pinwire/pi/hall/status", "online", true);
  world.devices = [far("kitchen", ON)];
  world.node.onDevices();
  assertEquals(world.said(), [`kitchen/state ${ON_TEXT}`, "kitchen/status online"]);
});

Deno.test("MqttNode of an agent clears what the broker knows of pins that it doesn't have any more", () => {
  const world = new World([pin("red")]);
  for (const name of ["red", "green"]) world.hear(`pinwire/pi/${name}/state`, ON_TEXT, true);
  world.node.onReady();
  assertEquals(world.said(), [
    "ha/device red,-green",
    `red/state ${ON_TEXT}`,
    "status online",
    "green/status ",
    "green/state ",
  ]);
});
