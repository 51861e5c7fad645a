import { assertEquals } from "@std/assert";
import { FakeClock } from "../../net/_fake_clock.ts";
import { Timeline } from "./timeline.ts";

Deno.test({
  name: "Timeline shows what comes late in its place, and waits for it no longer than it was told",
  permissions: "none",
  fn() {
    const clock = new FakeClock();
    const timeline = new Timeline(clock, 100);
    const shown: number[] = [];
    const add = (time: number) => timeline.add(time, () => shown.push(time));
    add(1);
    add(4);
    clock.pass(60);
    add(3);
    add(5);
    assertEquals(shown, []);
    clock.pass(40);
    assertEquals(shown, [1, 3, 4]);
    add(2);
    clock.pass(60);
    assertEquals(shown, [1, 3, 4, 2, 5]);
    add(7);
    add(6);
    timeline.flush();
    assertEquals(shown, [1, 3, 4, 2, 5, 6, 7]);
    clock.pass(200);
    assertEquals(clock.pending, 0);
  },
});
