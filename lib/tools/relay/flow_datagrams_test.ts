import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { pure } from "../../app/_testing.ts";
import { FlowWorld } from "./_flow_testing.ts";
import type { Disturbance } from "./disturbance.ts";

/** What becomes of so many datagrams, each of which is its number. */
async function sent(disturbance: Disturbance, { seed = 7, count = 400 } = {}): Promise<number[]> {
  const world = new FlowWorld(disturbance, { isDatagram: true, seed });
  for (let i = 0; i < count; i++) world.push(`${i}`);
  const ended = world.flow.end();
  await world.pass(1);
  await ended;
  assertEquals(world.clock.pending, 0);
  return world.texts.map(Number);
}

const lost = (numbers: number[], count = 400) => {
  const there = new Set(numbers);
  return Array.from({ length: count }, (_, i) => i).filter((i) => !there.has(i));
};
const doubled = (
  numbers: number[],
) => [...new Set(numbers.filter((number, i) => numbers.indexOf(number) < i))];
/** Those that came behind one that was sent later. */
const late = (numbers: number[]) =>
  numbers.filter((number, i) => numbers.slice(0, i).some((one) => one > number));

pure(
  "Flow loses, doubles and holds back about as many datagrams as it is told to, in order otherwise",
  async () => {
    const losing = await sent({ loss: 0.1 });
    assertLessOrEqual(Math.abs(lost(losing).length - 40), 30);
    assertEquals(losing, losing.toSorted((a, b) => a - b));
    const doubling = await sent({ duplicate: 0.5 });
    assertLessOrEqual(Math.abs(doubled(doubling).length - 200), 60);
    assertEquals(doubling, doubling.toSorted((a, b) => a - b));
    const late = await sent({ reorder: 0.2 });
    assertEquals(late.toSorted((a, b) => a - b), Array.from({ length: 400 }, (_, i) => i));
  },
);

pure("Flow does all or nothing of what is certain", async () => {
  assertEquals(await sent({ loss: 1 }), []);
  assertEquals(await sent({ loss: 0, duplicate: 0, reorder: 0 }, { count: 3 }), [0, 1, 2]);
  assertEquals(await sent({ duplicate: 1 }, { count: 3 }), [0, 0, 1, 1, 2, 2]);
  // Each is held back behind the next, which then can't be.
  assertEquals(await sent({ reorder: 1 }, { count: 5 }), [1, 0, 3, 2, 4]);
});

pure("Flow repeats from a seed, and each option by itself, whatever the others are", async () => {
  const all = { loss: 0.2, duplicate: 0.3, reorder: 0.2 };
  const everything = await sent(all);
  assertEquals(await sent(all), everything);
  assert(`${await sent(all, { seed: 8 })}` !== `${everything}`);
  assertEquals(lost(everything), lost(await sent({ loss: 0.2 })));
  const lostOnes = new Set(lost(everything));
  assertEquals(
    doubled(everything).toSorted((a, b) => a - b),
    doubled(await sent({ duplicate: 0.3 })).filter((number) => !lostOnes.has(number)),
  );
  const held = await sent({ reorder: 0.2 });
  assertEquals([...new Set(late(await sent({ reorder: 0.2, duplicate: 0.3 })))], late(held));
});

pure(
  "Flow sends a datagram that was held back after a second, if none comes after it, or at the end",
  async () => {
    const world = new FlowWorld({ reorder: 1 }, { isDatagram: true });
    world.push("a");
    await world.pass(999);
    assertEquals(world.written, []);
    await world.pass(1);
    assertEquals(world.written, [[1000, "a"]]);
    world.push("b");
    await world.flow.end();
    assertEquals([world.texts, world.clock.pending], [["a", "b"], 0]);
  },
);

pure("Flow keeps datagrams whole and apart, an empty one too", async () => {
  const world = new FlowWorld({ rate: 10, delay: { ms: 5, jitter: 0 } }, { isDatagram: true });
  world.push("hello", "", "you");
  await world.pass(1000);
  assertEquals(world.written, [[5, "hello"], [505, ""], [505, "you"]]);
});
