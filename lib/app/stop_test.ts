import { assertEquals } from "@std/assert";
import { Stop } from "./stop.ts";

Deno.test("Stop.onStop calls when it is asked to stop, at once if it was, and never once disposed of", () => {
  const stop = new Stop();
  const calls: string[] = [];
  {
    using _gone = stop.onStop(() => calls.push("disposed of"));
  }
  using _early = stop.onStop(() => calls.push("early"));
  stop.now();
  using _late = stop.onStop(() => calls.push("late"));
  stop.now();
  assertEquals(calls, ["early", "late"]);
});

Deno.test("Stop is asked once and stays so", () => {
  using stop = new Stop();
  let asked = 0;
  stop.signal.addEventListener("abort", () => asked++);
  assertEquals(stop.signal.aborted, false);
  stop.now();
  stop.now();
  assertEquals([stop.signal.aborted, asked], [true, 1]);
});
