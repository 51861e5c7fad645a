import { assertEquals } from "@std/assert";
import { languageOf } from "./language.js";

Deno.test({
  name: "languageOf is what was chosen, else the browser's first that there is, else English",
  permissions: "none",
  fn() {
    const cases: [chosen: string | null, languages: string[], language: string][] = [
      [null, ["zh-CN", "en"], "zh"],
      [null, ["en-US", "zh"], "en"],
      [null, ["de-DE", "zh-Hant-TW", "en"], "zh"],
      [null, ["de", "fr"], "en"],
      [null, [], "en"],
      [null, ["zhx"], "en"],
      ["en", ["zh-CN"], "en"],
      ["zh", ["en"], "zh"],
      ["fr", ["zh"], "zh"],
    ];
    for (const [chosen, languages, language] of cases) {
      assertEquals(languageOf(chosen, languages), language, `${chosen} ${languages}`);
    }
  },
});
