import { ALL_PERMISSIONS, command } from "../../cli/mod.ts";
import { environment, pagedOptions } from "../options.ts";

/** `lab window`. */
export const window = command({
  summary: "a reader that doesn't read: flow control, a window of zero, probes",
  description:
    "A server with little room doesn't read: its window closes, the client has to wait and asks from time to time " +
    "whether there is room again, until the server reads.",
  positionals: {},
  options: pagedOptions,
  permissions: ALL_PERMISSIONS,
  examples: [
    ["", "the window closes, and opens again"],
    ["--step", "the same, a segment for each Enter"],
  ],
  async run({ lang: language = environment, ...options }) {
    const { isInside, playInside } = await import("../stage/inside.ts");
    if (isInside()) return await playInside((await import("./window.ts")).window, options);
    const [{ showLive }, { WINDOW_STYLE }] = await Promise.all([
      import("../stage/live.ts"),
      import("./style.ts"),
    ]);
    const recorded = async () => (await import("./recorded.ts")).EVENTS;
    return await showLive("window", recorded, { ...options, language }, () => WINDOW_STYLE);
  },
});
