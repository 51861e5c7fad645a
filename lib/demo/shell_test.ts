import { assertEquals } from "@std/assert";
import { shellScene } from "./shell.ts";

Deno.test("shellScene shows two answers that stick together, and the same two apart", async () => {
  const printed: string[] = [];
  await shellScene((line) => printed.push(line));
  const answers = printed.map((line) => line.match(/^ {5}(\S.*?) +→ {2}(.*?) {3}\((\d+) bytes\)$/)).filter(
    Boolean,
  );
  assertEquals(answers.map((match) => match!.slice(1)), [
    ["seq 400", "1 2 … 282 283", "1024"],
    ["whoami", "284 285 … 399 400", "468"],
    ["seq 400", "1 2 … 399 400", "1492"],
    ["whoami", "pi", "3"],
  ]);
});
