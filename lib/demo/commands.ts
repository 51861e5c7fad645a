import { command } from "../cli/mod.ts";

const demo = command({
  summary: "see it work, on loopback, in a few seconds, explained as it goes",
  positionals: {},
  options: {},
  permissions: ["net"],
  examples: [["", "the whole show"]],
  async run() {
    const { hasColors } = await import("../app/mod.ts");
    const isColoured = hasColors(Deno.stdout);
    const { echoScene } = await import("./echo.ts");
    await echoScene(console.log, isColoured);
    console.log();
    const { ledScene } = await import("./led.ts");
    await ledScene(console.log, isColoured);
    console.log();
    const { chatScene } = await import("./chat.ts");
    await chatScene(console.log, isColoured);
    console.log();
    const { shellScene } = await import("./shell.ts");
    await shellScene(console.log);
    console.log();
    const { relayScene } = await import("./relay.ts");
    await relayScene(console.log, isColoured);
    console.log("\n--help tells more. How TCP itself works, the lab shows.\n\nNext: pinwire lab");
    return 0;
  },
});

/** The demo. */
export const commands = { demo };
