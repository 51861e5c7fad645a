import { command } from "../../cli/mod.ts";
import { environment, lessonOptions } from "../options.ts";

/** `lab sticky`. */
export const sticky = command({
  summary: "why messages stick together or come torn, and every cure, scored",
  description:
    "On real connections of this machine: three writes that are one read, a message in pieces, the bug of the " +
    "tutorials' remote shell, and what TCP_NODELAY has to do with it: nothing. Then each way to cut a stream into " +
    "messages is put to the test.",
  positionals: {},
  options: lessonOptions,
  permissions: ["net"],
  examples: [["", "the bug, and its cures"]],
  async run({ lang: language = environment, ...options }) {
    const [{ showLesson }, { StickyView }, { readsAndWrites }, { tryCures }] = await Promise.all([
      import("../show.ts"),
      import("./view.ts"),
      import("./experiments.ts"),
      import("./cures.ts"),
    ]);
    return await showLesson(
      "sticky",
      { ...options, language },
      (look) => new StickyView(look),
      async ({ reporter }) => {
        for (const event of [...await readsAndWrites(), ...await tryCures()]) reporter.report(event);
        return 0;
      },
    );
  },
});
