import { ALL_PERMISSIONS, command, integer } from "../../cli/mod.ts";
import { environment, pagedOptions } from "../options.ts";
import { SEED } from "./fates.ts";

/** `lab udp`. */
export const udp = command({
  summary: "UDP and TCP over the same bad wire: what each program gets, and when",
  description:
    "A program sends ten numbers over UDP and then over TCP, on a wire that loses, doubles and delays packets, the same " +
    "ones both times: what the other program got, in what order, after how long.",
  positionals: {},
  options: {
    seed: { kind: integer("N", 0), default: SEED, help: `choose another wire (default ${SEED})` },
    ...pagedOptions,
  },
  permissions: ALL_PERMISSIONS,
  examples: [
    ["", "what the wire did, and what both programs made of it"],
    ["--seed 3", "another wire"],
    ["--step", "a segment of TCP for each Enter"],
  ],
  async run({ lang: language = environment, seed, ...options }) {
    const { isInside, tellOutside } = await import("../stage/inside.ts");
    if (isInside()) {
      const { udp } = await import("./udp.ts");
      return await tellOutside((audience) => udp(seed, audience), options);
    }
    return await (await import("./show.ts")).showUdp(seed, { ...options, language });
  },
});
