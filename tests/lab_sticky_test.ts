import { assertEquals, assertMatch } from "@std/assert";
import { runPinwire } from "./support.ts";
import { eventsOf } from "./support/lab.ts";

Deno.test("lab sticky shows each time that reads have nothing to do with writes, and scores the cures", async () => {
  const outcome = await runPinwire(["lab", "sticky", "--json"]);
  assertEquals([outcome.code, outcome.stderr], [0, ""]);
  assertEquals(eventsOf(outcome, "reads").map(({ experiment, reads }) => [experiment, reads]), [
    ["stuck", ["onetwothree"]],
    ["torn", ["a message ", "of some le", "ngth"]],
    ["split", ["hel", "lo"]],
    ["no_delay", ["onetwothree"]],
    ["rest", ["A".repeat(1024), "A".repeat(476) + "B".repeat(5)]],
  ]);
  assertEquals(
    eventsOf(outcome, "cure").map(({ frame, hex, stuck, torn, any }) => [frame, hex, stuck, torn, any]),
    [
      ["raw", "6f6e65", false, false, false],
      ["fixed:3", "6f6e65", true, true, false],
      ["line", "6f6e650a", true, true, false],
      ["delim:7c", "6f6e657c", true, true, false],
      ["len:i32le", "030000006f6e65", true, true, true],
      ["netstring", "333a6f6e652c", true, true, true],
    ],
  );
});

Deno.test("lab sticky is drawn in both languages, and needs no more than the network", async () => {
  const english = await runPinwire(["lab", "sticky"], { flags: ["--allow-net"] });
  assertMatch(english.stdout, /^ {2}read {5}\[A × 1024\] \[A × 476 B × 5\]$/m);
  assertMatch(english.stdout, /^ {2}len:i32le {3}03 00 00 00 6f 6e 65 {6}(✓ {10}){3}3\/3$/m);
  const chinese = await runPinwire(["lab", "sticky", "--lang", "zh"]);
  assertMatch(chinese.stdout, /^ {2}写 {2}\[one\] \[two\] \[three\]\n {2}读 {2}\[onetwothree\]$/m);
  assertMatch(chinese.stdout, /“粘包”不是 TCP 的术语[^]*\n下一步：pinwire lab pitfalls --lang zh\n$/);
});
