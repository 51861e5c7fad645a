import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FakeClock, pure } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { OFF, ON, TOGGLE } from "../_commands.ts";
import { BrokerQuery, parseWhich } from "./query.ts";
import { stateOf } from "./topics.ts";

/** A query, to which a broker gives what it was asked for of all that it has kept. */
function ask(which: string | undefined, kept: Record<string, string>) {
  const clock = new FakeClock();
  const query = new BrokerQuery(which === undefined ? undefined : parseWhich(which), clock);
  const filters = query.filters.map((filter) => new RegExp(`^${filter.replaceAll("+", "[^/]+")}$`));
  const hear = (topic: string, text: string) =>
    query.onMessage({ topic: `pinwire/${topic}`, payload: new TextEncoder().encode(text), isRetained: true });
  for (const [topic, text] of Object.entries(kept)) {
    if (filters.some((filter) => filter.test(`pinwire/${topic}`))) hear(topic, text);
  }
  return { clock, query, hear };
}

const HOUSE = {
  "a/status": "online",
  "a/lamp/state": stateOf(ON),
  "b/status": "offline",
  "b/lamp/state": stateOf(OFF),
  "b/fan/state": stateOf({ do: "blink", amount: 2 }),
  "c/status": "online",
  "c/door/status": "offline",
  "c/hall/status": "online",
  "c/hall/state": "garbage",
};

pure("parseWhich reads DEVICE and NODE/DEVICE, and nothing else", () => {
  assertEquals(parseWhich("lamp"), { node: undefined, device: "lamp" });
  assertEquals(parseWhich("派/灯"), { node: "派", device: "灯" });
  for (const other of ["", "7", "all", "a/", "/a", "a/b/c", "+", "a/#", "all/lamp"]) {
    assertEquals(assertThrows(() => parseWhich(other), PinwireError).exitCode, 2, other);
  }
});

pure("BrokerQuery gives all devices, and which of them are away", () => {
  const { query } = ask(undefined, HOUSE);
  assertEquals(query.filters, ["pinwire/+/status", "pinwire/+/+/status", "pinwire/+/+/state"]);
  assertEquals(
    query.devices().map(({ node, device, doing, isThere }) => `${node}/${device} ${isThere} ${doing?.do}`),
    [
      "a/lamp true on",
      "b/fan false blink",
      "b/lamp false off",
      "c/door false undefined",
      "c/hall true undefined",
    ],
  );
});

pure("BrokerQuery tells one device, and is done when its state says so, be it so already", async () => {
  const said: string[] = [];
  const { query, hear, clock } = ask("a/lamp", HOUSE);
  assertEquals(query.filters, ["pinwire/a/status", "pinwire/a/lamp/status", "pinwire/a/lamp/state"]);
  const publish = ({ topic, payload, retain }: { topic: string; payload: string; retain: boolean }) => {
    said.push(`${topic} ${payload} ${retain}`);
  };
  assertEquals((await query.tell(ON, publish)).doing, ON);
  const toggled = query.tell(TOGGLE, publish);
  hear("a/lamp/state", stateOf(ON));
  hear("a/lamp/state", stateOf(OFF));
  assertEquals((await toggled).doing, OFF);
  assertEquals(said, ["pinwire/a/lamp/set on false", "pinwire/a/lamp/set toggle false"]);
  assertEquals(clock.pending, 0);
});

pure("BrokerQuery ends after 2 s without an answer, and at once where nobody can give one", async () => {
  const cases: [which: string, error: string][] = [
    ["lamp", "2 nodes have a device lamp: write a/lamp or b/lamp"],
    ["nobody", "there is no device nobody at the broker: led status --via shows those that there are"],
    ["b/fan", "b/fan is away: its program does not run"],
    ["door", "c/door is away: its program does not run"],
  ];
  for (const [which, sentence] of cases) {
    const { query } = ask(which, HOUSE);
    const error = await assertRejects(() => query.tell(ON, () => {}), PinwireError);
    assertEquals([error.sentence, error.exitCode], [sentence, 1]);
  }
  const { query, clock } = ask("a/lamp", { "a/status": "online", "a/lamp/state": stateOf(OFF) });
  const told = assertRejects(() => query.tell(ON, () => {}), PinwireError, "a/lamp has not said within 2 s");
  clock.pass(2_000);
  await told;
});
