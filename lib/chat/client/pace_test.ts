import { assertEquals } from "@std/assert";
import { FakeClock, pure, turn } from "../_testing.ts";
import { BARE_GAP } from "../protocol.ts";
import { Pace } from "./pace.ts";

/** Whether the next line may be said now; how that becomes so. */
async function waiting(pace: Pace) {
  const state = { mayTalk: false };
  void pace.turn().then(() => state.mayTalk = true);
  await turn();
  return state;
}

pure("Pace has the next line wait once 50 are under way, until the server has taken one", async () => {
  const pace = new Pace(new FakeClock());
  for (let i = 1; i <= 50; i++) {
    await pace.turn();
    pace.said(`line ${i}`, 10);
  }
  const next = await waiting(pace);
  assertEquals(next.mayTalk, false);
  assertEquals(pace.taken(), "line 1");
  await turn();
  assertEquals([next.mayTalk, pace.unconfirmed.length], [true, 49]);
});

pure(
  "Pace keeps to nine tenths of the lines a second that a server allows, and a gap between bare messages",
  async () => {
    const clock = new FakeClock();
    const pace = new Pace(clock);
    pace.limit([10, 2]);
    for (let i = 0; i < 2; i++) {
      pace.said("hi", 0);
      pace.taken();
    }
    const next = await waiting(pace);
    assertEquals(next.mayTalk, false);
    clock.pass(1_000 / 9 * 2);
    await turn();
    assertEquals(next.mayTalk, true);
    pace.saidBare();
    const bare = await waiting(pace);
    clock.pass(BARE_GAP - 1);
    await turn();
    assertEquals(bare.mayTalk, false);
    clock.pass(1);
    await turn();
    assertEquals([bare.mayTalk, clock.pending], [true, 0]);
  },
);

pure("Pace lets nobody wait for a link that is closed", async () => {
  const clock = new FakeClock();
  const pace = new Pace(clock);
  pace.saidBare();
  const bare = await waiting(pace);
  for (let i = 0; i < 50; i++) pace.said("hi", 0);
  pace.close();
  await turn();
  assertEquals([bare.mayTalk, (await waiting(pace)).mayTalk, clock.pending], [true, true, 0]);
});
