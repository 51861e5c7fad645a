import { assert, assertEquals } from "@std/assert";
import { relayScene } from "./relay.ts";

async function scene(coloured: boolean): Promise<string[]> {
  const printed: string[] = [];
  await relayScene((line) => printed.push(...line.split("\n")), coloured);
  return printed;
}

Deno.test("relayScene shows the reads of both ends with their frames, and cuts an answer off in its middle", async () => {
  const lines = await scene(false);
  for (const [way, arrow] of [["▶ up", "→"], ["◀ down", "←"]]) {
    const read = new RegExp(`${way} +tcp:\\S+ ${arrow} tcp:\\S+  4 bytes, 1 frame \\(line\\)$`);
    assertEquals(lines.filter((line) => read.test(line)).length, 2, way);
  }
  const got = lines.flatMap((line) => line.match(/^ {3}The client gets ("[^"]*")/)?.[1] ?? []);
  assertEquals(got, ['"one\\n"', '"tw"']);
  assert(lines.some((line) => line.endsWith("The relay says: the connection was cut by the relay.")));
});

Deno.test("relayScene is coloured only where it shall be", async () => {
  const has = (lines: string[]) => lines.some((line) => line.includes("\x1b["));
  assert(!has(await scene(false)));
  // The colours' library knows NO_COLOR too.
  assertEquals(has(await scene(true)), !Deno.noColor);
});
