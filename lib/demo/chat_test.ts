import { assert, assertEquals } from "@std/assert";
import { chatScene } from "./chat.ts";

Deno.test("chatScene shows three members, one of whom writes GBK, and a link that breaks without a loss", async () => {
  const printed: string[] = [];
  await chatScene((line) => printed.push(...line.split("\n")), false);
  const seen = printed.filter((line) => line.startsWith("     ")).map((line) => line.trim());
  assertEquals(seen, ["bob: hello from plain nc", "小明: 你好", "bob: amy?", "bob: can you hear me?"]);
  assert(printed.includes("   你好 left 小明 as c4e3bac3, and reached amy and bob as"));
});
