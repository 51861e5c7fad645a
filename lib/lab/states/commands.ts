import { ALL_PERMISSIONS, command } from "../../cli/mod.ts";
import { environment, liveOptions } from "../options.ts";

/** `lab states`. */
export const states = command({
  summary: "the eleven states of TCP, each with what it waits for",
  description:
    "Walks both ends of a connection through all states of TCP, on a wire of its own: each with its reason, what it " +
    "waits for, and its row in /proc/net/tcp.",
  positionals: {},
  options: liveOptions,
  permissions: ALL_PERMISSIONS,
  examples: [
    ["", "the walk through all eleven"],
    ["--step", "the same, a segment for each Enter"],
  ],
  async run({ lang: language = environment, ...options }) {
    const { isInside, playInside } = await import("../stage/inside.ts");
    if (isInside()) return await playInside((await import("./walk.ts")).walk, options);
    const [{ showLive }, { walkStyle }] = await Promise.all([
      import("../stage/live.ts"),
      import("./walk_style.ts"),
    ]);
    const recorded = async () => (await import("./recorded.ts")).EVENTS;
    return await showLive("states", recorded, { ...options, language }, walkStyle());
  },
});
