import { assertEquals } from "@std/assert";
import { languageOf } from "./languages.ts";

const from = (variables: Record<string, string>) => languageOf((name) => variables[name]);

Deno.test("the language is that of the first variable that isn't empty", () => {
  assertEquals(from({}), "en");
  assertEquals(from({ LANG: "zh_CN.UTF-8" }), "zh");
  assertEquals(from({ LC_ALL: "", LC_MESSAGES: "", LANG: "zh_TW" }), "zh");
  assertEquals(from({ LC_ALL: "C", LANG: "zh_CN.UTF-8" }), "en");
  assertEquals(from({ LC_MESSAGES: "zh", LANG: "de_DE" }), "zh");
  assertEquals(from({ LC_ALL: "zha_CN" }), "en");
  assertEquals(from({ LANG: "zh-Hans" }), "zh");
});
