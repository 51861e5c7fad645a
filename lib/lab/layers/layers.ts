import { showLesson } from "../show.ts";
import { checkRecord, type LiveOptions, playLive } from "../stage/live.ts";
import { dissect } from "./dissect.ts";
import { type LayersOptions, wrap } from "./packet.ts";
import { OUTCOMES } from "./texts.ts";
import { LayersView } from "./view.ts";

/** Shows a message layer by layer, and what the kernel does with the packet; without a private network, the layers alone. */
export async function showLayers(wrapped: LayersOptions, options: LiveOptions): Promise<number> {
  checkRecord(options);
  return await showLesson("layers", options, (look) => new LayersView(look), async (context) => {
    const { reporter } = context;
    return await playLive(undefined, options, context, (why) => {
      reporter.report({ event: "notice", text: OUTCOMES.unplayed[options.language](why) });
      for (const layer of dissect(wrap(wrapped))) reporter.report(layer);
      return Promise.resolve();
    });
  });
}
