import { type Context, type Event, hasColors, openContext } from "../app/mod.ts";
import { DEFAULT_MAX_FRAME } from "../framing/mod.ts";
import type { Language } from "../text/languages.ts";
import { visible } from "../text/mod.ts";
import { wrapText } from "../text/wrap.ts";
import { type Lesson, nextStep } from "./lessons.ts";
import { environment } from "./options.ts";

/** Columns of a screen. */
const WIDTH = 80;

/** What every lesson is shown with. */
export interface LessonOptions {
  language: Language;
  json: boolean;
  noColor: boolean;
}

/** How a lesson is drawn. */
export interface Look {
  language: Language;
  coloured: boolean;
}

/** What draws the events of a lesson. */
export interface LessonView {
  /** The lines of an event; none for one that is no part of the picture. */
  draw(event: Event): string;
  /** What is said below. */
  foot?(): string;
}

/**
 * Shows a lesson: drawn, with what to try next below, or its events with `--json`.
 *
 * @param lesson none for the list of them
 * @param open makes what draws it
 * @param play reports what happens, and gives the exit code
 */
export async function showLesson<V extends LessonView>(
  lesson: Lesson | undefined,
  { language, json, noColor }: LessonOptions,
  open: (look: Look) => V,
  play: (context: Context, view: V) => Promise<number>,
): Promise<number> {
  const view = open({ language, coloured: hasColors(Deno.stdout, noColor) });
  await using context = await openContext({
    program: "pinwire lab",
    role: "client",
    show: (event) => view.draw(event),
  }, { frame: "raw", maxFrame: DEFAULT_MAX_FRAME, trace: false, quiet: false, json, noColor });
  const code = await play(context, view);
  if (!json && code === 0) {
    context.reporter.write(view.foot?.() ?? "");
    context.reporter.print(`\n${nextStep(lesson, language, environment)}`);
  }
  return code;
}

/** What a text has to be copied, which must not be broken: a command. */
const COPIED = /sudo (sysctl|modprobe|chmod \d+) [\w./=]+/g;
/** Stands for a space there; nobody writes it. */
const KEPT = "\u{E000}";

/** A text in lines of a screen, and an empty one. */
export function paragraph(text: string): string {
  const kept = visible(text).replace(COPIED, (command) => command.replaceAll(" ", KEPT));
  return `${wrapText(kept, WIDTH).join("\n").replaceAll(KEPT, " ")}\n\n`;
}
