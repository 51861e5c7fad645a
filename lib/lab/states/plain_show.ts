import type { LabEvent } from "../../app/mod.ts";
import { twin } from "../../text/languages.ts";
import { showSequence } from "../sequence/sequence.ts";
import { checkRecord, type LiveOptions, openLessonPage } from "../stage/live.ts";
import type { PlayedLesson } from "../web.ts";
import { SequenceTeller } from "../sequence/teller.ts";
import { EnterKey } from "../stage/steps.ts";
import { HOST, walkPlain } from "./plain.ts";
import { plainStyle } from "./plain_style.ts";

/**
 * Walks through the states on plain sockets, where there is no private network; if the system doesn't play along, what
 * is missing is shown as recorded.
 *
 * @param why what keeps the lab from a private network
 * @param table where the system shows its sockets
 * @returns the exit code
 */
export async function showPlain(
  why: string,
  table: string,
  recorded: () => Promise<readonly LabEvent[]>,
  options: LiveOptions,
): Promise<number> {
  checkRecord(options);
  const { language } = options;
  let isRecorded = false;
  const style = () => plainStyle(table, () => isRecorded);
  const lesson: PlayedLesson = {
    name: "states",
    teller: (language) => new SequenceTeller(language, style()),
    unit: "tcp_state",
  };
  return await showSequence("states", options, async (context, begin) => {
    const { reporter, stop } = context;
    await using page = await openLessonPage(lesson, options, context);
    using enter = options.step ? new EnterKey(stop, options.json ? undefined : options.language) : undefined;
    begin({ address: HOST }, { address: HOST });
    reporter.report({ event: "notice", text: TEXTS.plain[language](why) });
    try {
      await walkPlain({
        tell: (event) => reporter.report(event),
        step: () => enter?.pressed() ?? Promise.resolve(),
        signal: stop.signal,
      });
    } catch (error) {
      if (stop.signal.aborted) return 0;
      isRecorded = true;
      const what = (error as Error).message.replace(/ \(os error.*/s, "");
      reporter.report({ event: "notice", text: TEXTS.stuck[language](what) });
      for (const event of await recorded()) reporter.report(event);
    }
    await page?.left();
    return 0;
  }, style());
}

const TEXTS = {
  plain: twin({
    en: (why: string) =>
      `${why}. What follows is played on plain sockets of this machine: the states are real, but without a wire of its ` +
      "own the lab sees no segments, nor SYN_RECV, which is over at once.",
    zh: (why: string) =>
      `${why}。下面用这台机器的普通套接字演示：状态都是真实的，但没有自己的线路，看不到报文段，也看不到转瞬即逝的 SYN_RECV。`,
  }),
  stuck: twin({
    en: (what: string) => `It gets no further here: ${what}. What follows is a recording.`,
    zh: (what: string) => `这里无法继续（${what}）。下面是一段录好的过程。`,
  }),
};
