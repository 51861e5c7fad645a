import { assertEquals } from "@std/assert";
import { FakeClock, pure } from "../../app/_testing.ts";
import { Insistence } from "./insistence.ts";

function world() {
  const clock = new FakeClock();
  const sent: string[] = [];
  return { clock, sent, insistence: new Insistence(clock, (signal) => sent.push(signal)) };
}

pure("Insistence.press sends SIGINT, then SIGTERM, then SIGKILL however often", () => {
  const { clock, sent, insistence } = world();
  for (let i = 0; i < 4; i++) insistence.press();
  assertEquals(sent, ["SIGINT", "SIGTERM", "SIGKILL", "SIGKILL"]);
  assertEquals(clock.pending, 0);
});

pure("Insistence sends SIGTERM by itself 2 s after the first, and no more than that", () => {
  const { clock, sent, insistence } = world();
  insistence.press();
  clock.pass(1_999);
  assertEquals(sent, ["SIGINT"]);
  clock.pass(1);
  clock.pass(60_000);
  assertEquals(sent, ["SIGINT", "SIGTERM"]);
  insistence.press();
  assertEquals(sent.at(-1), "SIGKILL");
});

pure("Insistence sends nothing to a command that is over", () => {
  const { clock, sent, insistence } = world();
  insistence.press();
  insistence[Symbol.dispose]();
  clock.pass(60_000);
  assertEquals([sent, clock.pending], [["SIGINT"], 0]);
});
