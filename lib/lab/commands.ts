import { ALL_PERMISSIONS, command } from "../cli/mod.ts";
import { cidr } from "./cidr/commands.ts";
import { handshake } from "./handshake/commands.ts";
import { layers } from "./layers/commands.ts";
import { loss } from "./loss/commands.ts";
import { environment, lessonOptions } from "./options.ts";
import { pitfalls } from "./pitfalls/commands.ts";
import { states } from "./states/commands.ts";
import { sticky } from "./sticky/commands.ts";
import { udp } from "./udp/commands.ts";
import { watch } from "./watch/commands.ts";
import { window } from "./window/commands.ts";

const lab = command({
  summary: "list what there is to learn of TCP itself, on your own machine",
  description: "The lessons in the order in which to learn, and what this machine allows.",
  positionals: {},
  options: lessonOptions,
  permissions: ALL_PERMISSIONS,
  examples: [["", "what there is to see"], ["--lang zh", "the same in Chinese"]],
  async run({ lang: language = environment, ...options }) {
    const { listLessons } = await import("./list.ts");
    return await listLessons({ ...options, language });
  },
});

/** The list, and the lessons. */
export const commands = {
  "lab": lab,
  "lab handshake": handshake,
  "lab states": states,
  "lab loss": loss,
  "lab window": window,
  "lab udp": udp,
  "lab layers": layers,
  "lab cidr": cidr,
  "lab sticky": sticky,
  "lab pitfalls": pitfalls,
  "lab watch": watch,
};
