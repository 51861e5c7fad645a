import type { Event } from "../app/mod.ts";
import { findPrivateNetwork } from "../system/private_network.ts";
import { type Language, twin } from "../text/languages.ts";
import { padColumns } from "../text/width.ts";
import { wrapText } from "../text/wrap.ts";
import { callOf, type Lesson, LESSONS } from "./lessons.ts";
import { type LessonOptions, type LessonView, showLesson } from "./show.ts";
import { REFUSALS } from "./stage/refusals.ts";

const TEXTS = {
  title: twin({
    en: () => "TCP itself, on your own machine. In the order in which to learn:",
    zh: () => "在自己的机器上看 TCP 本身。按学习顺序：",
  }),
  allowed: twin({
    en: () => "This machine allows them all: a private network is to be had.",
    zh: () => "这台机器全都支持：可以建私有网络。",
  }),
  refused: twin({
    en: (why: string) =>
      `Not all of them can be played here, and recordings are shown in their place: ${why}.`,
    zh: (why: string) => `这里不能现场演示全部内容，会改为播放录像：${why}。`,
  }),
};

/** Lists the lessons, and says what this machine allows. */
export async function listLessons(options: LessonOptions): Promise<number> {
  const network = await findPrivateNetwork();
  const refusal = "refusal" in network
    ? REFUSALS[network.refusal][options.language](network.detail)
    : undefined;
  return await showLesson(undefined, options, ({ language }) => new ListView(language), ({ reporter }) => {
    for (const lesson of Object.keys(LESSONS) as Lesson[]) {
      reporter.report({ event: "lesson", lesson, summary: LESSONS[lesson][options.language]() });
    }
    reporter.report({
      event: "private_network",
      allowed: refusal === undefined,
      ...refusal !== undefined && { reason: refusal },
    });
    return Promise.resolve(0);
  });
}

class ListView implements LessonView {
  readonly #language: Language;
  #hasTitle = false;

  constructor(language: Language) {
    this.#language = language;
  }

  draw(event: Event): string {
    const say = this.#language;
    if (event.event === "private_network") {
      const text = event.reason === undefined ? TEXTS.allowed[say]() : TEXTS.refused[say](event.reason);
      return `\n${text}\n`;
    }
    if (event.event !== "lesson") return "";
    const head = this.#hasTitle ? "" : `${TEXTS.title[say]()}\n\n`;
    this.#hasTitle = true;
    const call = padColumns(callOf(event.lesson as Lesson), CALL);
    const summary = wrapText(event.summary, WIDTH - CALL - 2);
    return `${head}  ${call}${summary.join(`\n${" ".repeat(CALL + 2)}`)}\n`;
  }
}

/** Columns of a command, and of it all. */
const CALL = Math.max(...(Object.keys(LESSONS) as Lesson[]).map((lesson) => callOf(lesson).length)) + 2;
const WIDTH = 80;
