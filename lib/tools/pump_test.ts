import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock, pure, turn } from "../app/_testing.ts";
import { HALF_CLOSE_TIME } from "../net/mod.ts";
import { sourceOf } from "./_testing.ts";
import { Pump } from "./pump.ts";
import { Source } from "./stdio.ts";

const PIECE = new Uint8Array([1]);

/** A source whose pieces come when the test says so. */
function slowSource() {
  const waiting: ((piece: Uint8Array | undefined) => void)[] = [];
  const source = new Source(() => new Promise((resolve) => waiting.push(resolve)));
  return { source, give: (piece: Uint8Array | undefined) => waiting.shift()!(piece) };
}

pure("Pump sends one piece after the other, and waits for each to be sent", async () => {
  const sent: number[] = [];
  let isSending = false;
  const pump = new Pump(sourceOf([new Uint8Array([1]), new Uint8Array([2])]), async (piece) => {
    assertEquals(isSending, false);
    isSending = true;
    await turn();
    sent.push(...piece);
    isSending = false;
  });
  await pump.done;
  assertEquals(sent, [1, 2]);
});

pure("Pump throws what reading and sending throw", async () => {
  const failing = () => Promise.reject(new Error("why"));
  for (const pump of [new Pump(new Source(failing), () => undefined), new Pump(sourceOf([PIECE]), failing)]) {
    await assertRejects(() => pump.done, Error, "why");
  }
});

pure("Pump that is stopped leaves the piece that it waits for to the next", async () => {
  const { source, give } = slowSource();
  const sent: string[] = [];
  const first = new Pump(source, () => void sent.push("first"));
  await turn();
  first.stop();
  await first.done;
  const second = new Pump(source, () => void sent.push("second"));
  give(PIECE);
  await turn();
  give(undefined);
  await second.done;
  assertEquals(sent, ["second"]);
});

pure("Pump lapses once nothing came to be sent for 5 s, and no sooner", async () => {
  const clock = new FakeClock();
  const { source, give } = slowSource();
  const pump = new Pump(source, () => undefined);
  let hasLapsed = false;
  const lapsed = pump.lapses(clock).then(() => hasLapsed = true);
  for (let pieces = 0; pieces < 3; pieces++) {
    await turn();
    clock.pass(HALF_CLOSE_TIME - 1);
    give(PIECE);
    await turn();
    clock.pass(1);
    await turn();
    assertEquals(hasLapsed, false);
  }
  clock.pass(HALF_CLOSE_TIME);
  await lapsed;
  assertEquals(clock.pending, 0);
  pump.stop();
});

pure("Pump doesn't lapse while a piece is being sent, however long that takes", async () => {
  const clock = new FakeClock();
  const sending = Promise.withResolvers<void>();
  const pump = new Pump(sourceOf([PIECE]), () => sending.promise);
  let hasLapsed = false;
  const lapsed = pump.lapses(clock).then(() => hasLapsed = true);
  for (let times = 0; times < 3; times++) {
    await turn();
    clock.pass(HALF_CLOSE_TIME);
  }
  await turn();
  assertEquals(hasLapsed, false);
  sending.resolve();
  await lapsed;
  assertEquals(clock.pending, 0);
});
