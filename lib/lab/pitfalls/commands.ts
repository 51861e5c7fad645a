import { ALL_PERMISSIONS, command, type Kind } from "../../cli/mod.ts";
import { usageError } from "../../errors.ts";
import { environment, pagedOptions } from "../options.ts";
import { type Pitfall, PITFALLS } from "./names.ts";

const pitfall: Kind<Pitfall> = {
  meta: "NAME",
  parse(word) {
    const name = PITFALLS.find((one) => one === word);
    if (name) return name;
    throw usageError(`"${word}" is no pitfall`, `use ${PITFALLS.join(", ")}`, { word, known: PITFALLS });
  },
  values: () => PITFALLS,
};

/** `lab pitfalls`. */
export const pitfalls = command({
  summary: "what programs with sockets fall into, each shown, explained and cured",
  description:
    "Each question that programmers ask of TCP is an experiment of seconds, on a wire of its own, with its answer and " +
    "what to do about it in Python.",
  positionals: {
    name: { kind: pitfall, optional: true, help: `one of them: ${PITFALLS.join(", ")}` },
  },
  options: pagedOptions,
  permissions: ALL_PERMISSIONS,
  examples: [
    ["", "all of them"],
    ["time-wait", "why a port is in use when its server has ended"],
    ["nagle --record nagle.pcapng", "40 ms between two writes, to be seen in Wireshark"],
  ],
  async run({ lang: language = environment, ...options }, { name }) {
    const { isInside, playInside } = await import("../stage/inside.ts");
    if (isInside()) {
      return await playInside((await import("./pitfalls.ts")).pitfalls(name), options);
    }
    return await (await import("./show.ts")).showPitfalls(name, { ...options, language });
  },
});
