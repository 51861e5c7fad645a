import { showLesson } from "../show.ts";
import { checkRecord, type LiveOptions, playLive } from "../stage/live.ts";
import { RECORDED } from "../stage/refusals.ts";
import { TEXTS } from "./texts.ts";
import type { Language } from "../../text/languages.ts";
import { UdpTeller } from "./teller.ts";
import { UdpView } from "./view.ts";

/** Shows UDP and TCP over the same bad wire; without a private network, a recording with a wire of its own. */
export async function showUdp(seed: number, options: LiveOptions): Promise<number> {
  checkRecord(options);
  const { language } = options;
  return await showLesson("udp", options, (look) => new UdpView(look), async (context) => {
    const { reporter } = context;
    const teller = (language: Language) => new UdpTeller(language);
    return await playLive({ name: "udp", teller }, options, context, async (why) => {
      const { EVENTS, RECORDED_SEED } = await import("./recorded.ts");
      const other = seed === RECORDED_SEED ? "" : TEXTS.other[language](RECORDED_SEED);
      reporter.report({ event: "notice", text: RECORDED[language](why) + other });
      for (const event of EVENTS) reporter.report(event);
    });
  });
}
