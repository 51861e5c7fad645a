import type { LabEvent } from "../../app/mod.ts";
import { type Look, showLesson } from "../show.ts";
import { checkRecord, type LiveOptions, playLive } from "../stage/live.ts";
import { RECORDED } from "../stage/refusals.ts";
import { type Pitfall, SCENES } from "./names.ts";
import type { Language } from "../../text/languages.ts";
import { PitfallsTeller } from "./teller.ts";
import { PitfallsView } from "./view.ts";

/** Shows one pitfall or all of them; where there is no private network, what they were like in one. */
export async function showPitfalls(name: Pitfall | undefined, options: LiveOptions): Promise<number> {
  checkRecord(options);
  const open = (look: Look) => new PitfallsView(look, options.step);
  return await showLesson("pitfalls", options, open, async (context) => {
    const { reporter } = context;
    const teller = (language: Language) => new PitfallsTeller(language, options.step);
    return await playLive({ name: "pitfalls", teller }, options, context, async (why) => {
      reporter.report({ event: "notice", text: RECORDED[options.language](why) });
      const { EVENTS } = await import("./recorded.ts");
      for (const event of name ? partOf(EVENTS, name) : EVENTS) reporter.report(event);
    });
  });
}

/** What was told of one of them: it ends with its cure, and begins behind that of the one before. */
function partOf(events: readonly LabEvent[], name: Pitfall): readonly LabEvent[] {
  const ends = events.flatMap((event, i) => isScene(event, SCENES.cure) ? [i + 1] : []);
  const at = events.findIndex((event) => isScene(event, name));
  return events.slice(ends.findLast((end) => end <= at), ends.find((end) => end > at));
}

const isScene = (event: LabEvent, scene: string) => event.event === "scene" && event.scene === scene;
