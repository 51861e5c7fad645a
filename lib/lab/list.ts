import type { Event } from "../app/mod.ts";
import { findPrivateNetwork } from "../system/private_network.ts";
import { SOCKET_TABLE } from "../system/socket_tables/tcp_sockets.ts";
import { type Language, type Twin, twin } from "../text/languages.ts";
import { padColumns } from "../text/width.ts";
import { wrapText } from "../text/wrap.ts";
import { callOf, type Lesson, LESSONS, type Showing, showingOf } from "./lessons.ts";
import { type LessonOptions, type LessonView, paragraph, showLesson } from "./show.ts";
import { refusalText } from "./stage/refusals.ts";

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
    en: (why: string) => `Not all of them are live here: ${why}.`,
    zh: (why: string) => `这里不能全部现场演示：${why}。`,
  }),
};

/** How some lessons are shown where there is no private network. */
const SHOWN: Record<Showing, Twin<[lessons: string[]]>> = {
  live: twin({
    en: (lessons) => `live all the same: ${lessons.join(", ")}, and handshake FILE`,
    zh: (lessons) => `照样现场演示：${lessons.join("、")}，以及 handshake FILE`,
  }),
  plain: twin({
    en: (lessons) => `live, on plain sockets, without their segments: ${lessons.join(", ")}`,
    zh: (lessons) => `用普通套接字现场演示，看不到报文段：${lessons.join("、")}`,
  }),
  recording: twin({
    en: (lessons) => `as they were recorded: ${lessons.join(", ")}`,
    zh: (lessons) => `播放录好的过程：${lessons.join("、")}`,
  }),
  nothing: twin({
    en: (lessons) => `not at all: ${lessons.join(", ")}`,
    zh: (lessons) => `无法演示：${lessons.join("、")}`,
  }),
};

/** Lists the lessons, and says what this machine allows. */
export async function listLessons(options: LessonOptions): Promise<number> {
  const refusal = refusalText(await findPrivateNetwork(), options);
  return await showLesson(undefined, options, ({ language }) => new ListView(language), ({ reporter }) => {
    for (const lesson of Object.keys(LESSONS) as Lesson[]) {
      const shown = showingOf(lesson, refusal === undefined, SOCKET_TABLE !== undefined);
      reporter.report({ event: "lesson", lesson, summary: LESSONS[lesson][options.language](), shown });
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
  readonly #shown: Record<Showing, string[]> = { live: [], plain: [], recording: [], nothing: [] };
  #hasTitle = false;

  constructor(language: Language) {
    this.#language = language;
  }

  draw(event: Event): string {
    const say = this.#language;
    if (event.event === "private_network") {
      if (event.reason === undefined) return `\n${TEXTS.allowed[say]()}\n`;
      const refused = paragraph(TEXTS.refused[say](event.reason));
      const lists = Object.entries(this.#shown).map(([shown, lessons]) =>
        lessons.length ? `  ${SHOWN[shown as Showing][say](lessons)}\n` : ""
      );
      return `\n${refused}${lists.join("")}`;
    }
    if (event.event !== "lesson") return "";
    this.#shown[event.shown].push(event.lesson);
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
