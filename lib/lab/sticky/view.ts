import { bold, dim, green, red } from "@std/fmt/colors";
import type { CureEvent, Event, ReadsEvent } from "../../app/mod.ts";
import type { Language } from "../../text/languages.ts";
import { displayWidth, padColumns } from "../../text/width.ts";
import { wrapText } from "../../text/wrap.ts";
import type { LessonView, Look } from "../show.ts";
import { CURES, EXPERIMENTS } from "./texts.ts";

/** Columns of the table of cures; the first, and each of the tests. */
const FRAME = 12, WIRE = 26, TEST = 11;
/** Columns of a sentence. */
const WIDTH = 80;

/** Draws the experiments, then the table of cures. */
export class StickyView implements LessonView {
  readonly #language: Language;
  readonly #isColoured: boolean;
  #hasHead = false;

  constructor({ language, coloured }: Look) {
    this.#language = language;
    this.#isColoured = coloured;
  }

  draw(event: Event): string {
    if (event.event === "reads") return this.#experiment(event);
    return event.event === "cure" ? this.#head() + this.#cure(event) : "";
  }

  foot(): string {
    const tests = wrapText(CURES.tests[this.#language](), WIDTH - 2);
    const word = wrapText(CURES.word[this.#language](), WIDTH);
    return [...tests.map((line) => `  ${this.#paint(dim, line)}`), "", ...word, ""].join("\n");
  }

  #experiment({ experiment, writes, reads }: ReadsEvent): string {
    const say = this.#language;
    const { title, meaning } = EXPERIMENTS[experiment];
    const labels = [CURES.writes[say](), CURES.reads[say]()];
    const width = Math.max(...labels.map(displayWidth)) + 2;
    const boxes = (texts: string[]) => texts.map((text) => `[${shortened(text)}]`).join(" ");
    return [
      this.#paint(bold, title[say]()),
      `  ${padColumns(labels[0], width, 1)}${boxes(writes)}`,
      `  ${padColumns(labels[1], width, 1)}${boxes(reads)}`,
      ...wrapText(meaning[say](), WIDTH - 2).map((line) => `  ${this.#paint(dim, line)}`),
      "",
      "",
    ].join("\n");
  }

  #head(): string {
    if (this.#hasHead) return "";
    this.#hasHead = true;
    const say = this.#language;
    const columns = padColumns(CURES.frame[say](), FRAME, 1) + padColumns(CURES.wire[say](), WIRE, 1) +
      [CURES.stuck, CURES.torn, CURES.any].map((name) => padColumns(name[say](), TEST, 1)).join("") +
      CURES.score[say]();
    return `${this.#paint(bold, CURES.title[say]())}\n  ${columns}\n`;
  }

  #cure({ frame, hex, stuck, torn, any }: CureEvent): string {
    const tests = [stuck, torn, any];
    const marks = tests.map((passed) => {
      const mark = padColumns(passed ? "✓" : "✗", TEST, 1);
      return this.#paint(passed ? green : red, mark);
    });
    const wire = hex.match(/../g)!.join(" ");
    return `  ${frame.padEnd(FRAME)}${wire.padEnd(WIRE)}${marks.join("")}${tests.filter(Boolean).length}/3\n`;
  }

  #paint(colour: (text: string) => string, text: string): string {
    return this.#isColoured ? colour(text) : text;
  }
}

/** `A × 1024` for a letter so many times. */
function shortened(text: string): string {
  const runs = text.match(/(.)\1*/gs) ?? [];
  if (text.length < 40) return text;
  return runs.map((run) => run.length < 4 ? run : `${run[0]} × ${run.length}`).join(" ");
}
