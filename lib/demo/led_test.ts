import { assert, assertEquals } from "@std/assert";
import { ledScene } from "./led.ts";

Deno.test("ledScene shows two devices, their pins, and a link that breaks without a pulse", async () => {
  const printed: string[] = [];
  await ledScene((line) => printed.push(...line.split("\n")), false);
  const rows = printed.map((line) => line.trim()).filter((line) => /^[●○]/.test(line));
  assertEquals(rows, ["● red is on   ● green is on", "● red is on   ○ green is off"]);
  assert(printed.includes("   Its pin was 0 1 0, and nothing in between."));
  assertEquals(
    printed.filter((line) =>
      /^ {3}[01] {2}(red {2}|green) {2}127\.0\.0\.1:\d+ {2}off {2}pin 1[13]/.test(line)
    ).length,
    2,
  );
});
