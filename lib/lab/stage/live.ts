import type { Context, LabEvent } from "../../app/mod.ts";
import { checkWeb } from "../../app/options.ts";
import { openRecording } from "../../app/record/open.ts";
import { usageError } from "../../errors.ts";
import { type InternetAddress, preciseTime } from "../../net/mod.ts";
import { findPrivateNetwork } from "../../system/private_network.ts";
import type { Lesson } from "../lessons.ts";
import { playOutside } from "./outside.ts";
import { type Asked, RECORDED, refusalText } from "./refusals.ts";
import type { Language } from "../../text/languages.ts";
import { SequenceTeller } from "../sequence/teller.ts";
import { showSequence } from "../sequence/sequence.ts";
import type { SequenceStyle } from "../sequence/sequence_style.ts";
import type { LessonOptions } from "../show.ts";
import { PORT } from "./stage.ts";
import { EnterKey } from "./steps.ts";
import type { LessonPage, PlayedLesson } from "../web.ts";
import { LOCAL, REMOTE } from "./wire.ts";

/** What a lesson on a wire of its own is told. */
export interface LiveOptions extends LessonOptions {
  /** Whether each segment waits for Enter. */
  step: boolean;
  /** A file for the segments. */
  record?: string;
  /** Whether that may be overwritten. */
  force: boolean;
  /** Where a page shows it, too. */
  web?: InternetAddress;
  webHost?: readonly string[];
}

/**
 * Plays a lesson in a private network, and draws it as a sequence diagram. Where no such network is to be had, a
 * recording of it is shown, and named as one.
 *
 * @param recorded what happened in a lesson that was played elsewhere
 * @param style makes what its diagram differs by from that of a plain connection
 * @returns the exit code
 */
export async function showLive(
  lesson: Lesson,
  recorded: () => Promise<readonly LabEvent[]>,
  options: LiveOptions,
  style?: () => SequenceStyle,
): Promise<number> {
  checkRecord(options);
  const played = { name: lesson, teller: (language: Language) => new SequenceTeller(language, style?.()) };
  return await showSequence(lesson, options, async (context, begin) => {
    const head = () => begin({ address: LOCAL }, { address: REMOTE, port: PORT });
    return await playLive(played, options, context, async (why) => {
      head();
      context.reporter.report({ event: "notice", text: RECORDED[options.language](why) });
      for (const event of await recorded()) context.reporter.report(event);
    }, head);
  }, style?.());
}

/** What keeps the lab from a private network, and what would allow it; nothing if there is one to be had. */
export async function findRefusal(options: Asked): Promise<string | undefined> {
  return refusalText(await findPrivateNetwork(), options);
}

/**
 * Checks the options of a recording.
 *
 * @throws {PinwireError} `usage`
 */
export function checkRecord({ record, force }: Pick<LiveOptions, "record" | "force">): void {
  if (force && record === undefined) {
    throw usageError("--force is for --record", "leave it out, or name the file to overwrite");
  }
  if (record === "-") {
    throw usageError("--record - writes to stdout, where the lab draws", "record to a file");
  }
}

/**
 * Opens the file that the segments of a lesson go to; nothing if none is asked for.
 *
 * @param about what the file says of its segments
 * @throws {PinwireError} as {@linkcode openRecording}
 */
export async function openLessonRecording(
  { record, force }: Pick<LiveOptions, "record" | "force">,
  about: string,
  { reporter, stop }: Context,
): Promise<Awaited<ReturnType<typeof openRecording>> | undefined> {
  return record === undefined ? undefined : await openRecording({
    path: record,
    force,
    about,
    signal: stop.signal,
    now: preciseTime,
    onFailed: (error) => reporter.error(error),
    onClosed: () => stop.now(),
  });
}

/**
 * Starts the inner process in a private network, and reports what happens there.
 *
 * @param lesson what a page shows of it; nothing if it has none
 * @param instead does what can be done where no such network is to be had, and is told why
 * @param begin called once nothing more is in the way
 * @returns the exit code
 */
export async function playLive(
  lesson: PlayedLesson | undefined,
  options: LiveOptions,
  context: Context,
  instead: (why: string) => Promise<void>,
  begin: () => void = () => {},
): Promise<number> {
  await using page = lesson && await openLessonPage(lesson, options, context);
  const network = await findPrivateNetwork();
  if (!("flags" in network)) await instead(refusalText(network, options)!);
  const code = "flags" in network ? await play(network.flags, options, context, begin) : 0;
  await page?.left();
  return code;
}

/**
 * Opens the page of a lesson, if it is to have one.
 *
 * @throws {PinwireError} `usage`, and why it can't listen there
 */
export async function openLessonPage(
  lesson: PlayedLesson,
  options: LiveOptions,
  context: Context,
): Promise<LessonPage | undefined> {
  const { web, webHost = [], step } = options;
  checkWeb({ web, webHost });
  if (web && step) {
    throw usageError("--step has no --web, whose page has a button for it", "leave --step out");
  }
  return web &&
    await (await import("../web.ts")).LessonPage.open(lesson, { ...options, web, webHost }, context);
}

const ABOUT =
  "Real segments of one system, seen at their senders: the client is 10.0.0.1, the server 10.0.0.2.";

async function play(
  flags: readonly string[],
  { step, record, force, json, language }: LiveOptions,
  context: Context,
  begin: () => void,
): Promise<number> {
  using enter = step ? new EnterKey(context.stop, json ? undefined : language) : undefined;
  const recording = await openLessonRecording({ record, force }, ABOUT, context);
  begin();
  try {
    return await playOutside(flags, {
      step: () => enter?.pressed() ?? Promise.resolve(),
      record(packet, time) {
        recording?.add(time, packet);
        recording?.flush();
      },
    }, context);
  } finally {
    await recording?.close();
  }
}
