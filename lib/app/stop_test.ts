import { assertEquals } from "@std/assert";
import { Stop } from "./stop.ts";

Deno.test("Stop.calls calls when it is asked to stop, at once if it was, and never once disposed of", () => {
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
