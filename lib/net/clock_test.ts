import { assertEquals } from "@std/assert";
import { systemClock } from "./clock.ts";

Deno.test("systemClock.after doesn't take a time of months for none", async () => {
  const called: string[] = [];
  const months = systemClock.after(60 * 86_400_000, () => called.push("months"));
  await new Promise<void>((resolve) => systemClock.after(1, resolve));
  months.cancel();
  assertEquals(called, []);
});
