import { bold, dim, green, red } from "@std/fmt/colors";
import type { CureEvent, Event, ReadsEvent } from "../../app/mod.ts";
import type { Language } from "../../text/languages.ts";
import { displayWidth } from "../../text/width.ts";
import type { LessonView } from "../show.ts";
import { CURES, EXPERIMENTS } from "./texts.ts";

/** Columns of the table of cures; the first, and each of the tests. */
const FRAME = 12, WIRE = 26, TEST = 11;

/** Draws the experiments, then the table of cures. */
export class StickyView implements LessonView {
  readonly #language: Language;
  readonly #isColoured: boolean;
  #hasHead = false;

  constructor({ language, coloured }: { language: Language; coloured: boolean }) {
    this.#language = language;
    this.#isColoured = coloured;
  }

  draw(event: Event): string {
    if (event.event === "reads") return this.#experiment(event);
    return event.event === "cure" ? this.#head() + this.#cure(event) : "";
  }

  foot(): string {
    return `\n${CURES.word[this.#language]()}\n`;
  }

  #experiment({ experiment, writes, reads }: ReadsEvent): string {
    const say = this.#language;
    const { title, meaning } = EXPERIMENTS[experiment];
    const labels = [CURES.writes[say](), CURES.reads[say]()];
    const width = Math.max(...labels.map(displayWidth)) + 2;
    const boxes = (texts: string[]) => texts.map((text) => `[${shortened(text)}]`).join(" ");
    return [
      this.#paint(bold, title[say]()),
      `  ${pad(labels[0], width)}${boxes(writes)}`,
      `  ${pad(labels[1], width)}${boxes(reads)}`,
      `  ${this.#paint(dim, meaning[say]())}`,
      "",
      "",
    ].join("\n");
  }

  #head(): string {
    if (this.#hasHead) return "";
    this.#hasHead = true;
    const say = this.#language;
    const columns = pad(CURES.frame[say](), FRAME) + pad(CURES.wire[say](), WIRE) +
      [CURES.stuck, CURES.torn, CURES.any].map((name) => pad(name[say](), TEST)).join("") +
      CURES.score[say]();
    return `${this.#paint(bold, CURES.title[say]())}\n  ${columns}\n`;
  }

  #cure({ frame, hex, stuck, torn, any }: CureEvent): string {
    const tests = [stuck, torn, any];
    const marks = tests.map((passed) => {
      const mark = pad(passed ? "✓" : "✗", TEST);
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

const pad = (text: string, width: number) => text + " ".repeat(Math.max(1, width - displayWidth(text)));
