import { assert, assertEquals, assertMatch } from "@std/assert";
import { echoScene } from "./echo.ts";

async function scene(coloured: boolean): Promise<string[]> {
  const printed: string[] = [];
  await echoScene((line) => printed.push(...line.split("\n")), coloured);
  return printed;
}

Deno.test("echoScene shows three lines on the wire, in one read, and their three answers", async () => {
  const lines = await scene(false);
  assertEquals(lines.filter((line) => /▶ write .*, 1 frame \(line\)$/.test(line)).length, 3);
  assertEquals(lines.filter((line) => /◀ read {2}.* 14 bytes, 3 frames \(line\)$/.test(line)).length, 1);
  const answers = lines.filter((line) => /^ {3}\[/.test(line));
  assertEquals(answers.map((line) => line.split("] ")[1]), ["one", "two", "three"]);
  for (const answer of answers) assertMatch(answer, /^ {3}\[\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\] /);
});

Deno.test("echoScene is coloured only where it shall be", async () => {
  const has = (lines: string[]) => lines.some((line) => line.includes("\x1b["));
  assert(!has(await scene(false)));
  // The colours' library knows NO_COLOR too.
  assertEquals(has(await scene(true)), !Deno.noColor);
});
