import { choice, text } from "../cli/mod.ts";
import { outputOptions, webOptions } from "../app/options.ts";
import { languageOf, LANGUAGES } from "../text/languages.ts";

const { json, noColor, force } = outputOptions;

/** Asked for now, since a command may not ask any more once it has begun; without that right it is English. */
export const environment = languageOf((name) => {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
});

/** What every lesson has. */
export const lessonOptions = {
  lang: {
    kind: choice("en|zh", LANGUAGES),
    help: "the language of the explanations (default: what LC_ALL, LC_MESSAGES or LANG says)",
  },
  json,
  noColor,
};

/** What a lesson has that plays on a wire of its own. */
export const liveOptions = {
  step: { help: "wait for Enter before each segment arrives" },
  record: {
    kind: text("FILE"),
    help: "write the segments to FILE, as pcapng for Wireshark",
  },
  force,
  ...lessonOptions,
};

/** What a lesson has besides that shows its segments. */
export const pagedOptions = { ...webOptions, ...liveOptions };
