import { hasColors, openContext } from "../app/mod.ts";
import { DEFAULT_MAX_FRAME } from "../framing/mod.ts";
import { findPrivateNetwork } from "../system/private_network.ts";
import type { Language } from "../text/languages.ts";
import { type Lesson, nextStep } from "./lessons.ts";
import { playOutside } from "./outside.ts";
import { SequenceView } from "./sequence_view.ts";
import { PORT } from "./stage.ts";
import { LOCAL, REMOTE } from "./wire.ts";

/** What a lesson on a wire of its own is told. */
export interface LiveOptions {
  language: Language;
  step: boolean;
  json: boolean;
  noColor: boolean;
}

/** Plays a lesson in a private network, and draws it as a sequence diagram. */
export async function showSequence(lesson: Lesson, options: LiveOptions): Promise<number> {
  const view = new SequenceView({
    language: options.language,
    coloured: hasColors(Deno.stdout, options.noColor),
  });
  await using context = await openContext({
    program: "pinwire lab",
    role: "client",
    show: (event) => view.draw(event as never),
  }, { frame: "raw", maxFrame: DEFAULT_MAX_FRAME, trace: false, quiet: false, ...options });
  const network = await findPrivateNetwork();
  if ("refusal" in network) throw new Error(network.refusal);
  const { reporter } = context;
  if (!options.json) reporter.write(view.head(LOCAL, `${REMOTE}:${PORT}`));
  const code = await playOutside(network.flags, { step: () => Promise.resolve() }, context);
  if (!options.json) {
    reporter.write(view.foot());
    reporter.print(`\n${nextStep(lesson, options.language)}`);
  }
  return code;
}
