import { command } from "../cli/mod.ts";

const demo = command({
  summary: "see it work, on loopback, in a few seconds, explained as it goes",
  positionals: {},
  options: {},
  permissions: ["net"],
  examples: [["", "the whole show"]],
  async run() {
    const { echoScene } = await import("./echo.ts");
    await echoScene(console.log, Deno.stdout.isTerminal() && !Deno.noColor);
    return 0;
  },
});

/** The demo. */
export const commands = { demo };
