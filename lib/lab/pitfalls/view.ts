import { bold, cyan, green } from "@std/fmt/colors";
import type { Event, FloodEvent, SegmentEvent } from "../../app/mod.ts";
import { wrapText } from "../../text/wrap.ts";
import { clockOf } from "../sequence/sequence_texts.ts";
import { SequenceView } from "../sequence/sequence_view.ts";
import { type LessonView, type Look, paragraph } from "../show.ts";
import { PORT } from "../stage/stage.ts";
import { LOCAL, REMOTE } from "../stage/wire.ts";
import { type Pitfall, PITFALLS, SCENES } from "./names.ts";
import { NOTES, PARTS } from "./notes.ts";
import { TEXTS } from "./texts.ts";

/** Columns of a text. */
const WIDTH = 80;

/** Draws each pitfall: a question, an experiment as a sequence diagram, and the answer with its lines of Python. */
export class PitfallsView implements LessonView {
  readonly #look: Look;
  /** Whether somebody looks at each segment, so that times say nothing. */
  readonly #isStepping: boolean;
  #pitfall?: { name: Pitfall; sequence: SequenceView };
  /** What the client's clock said when it sent data, in ms; the last time since a part began. */
  #sent?: number;

  constructor(look: Look, isStepping: boolean) {
    this.#look = look;
    this.#isStepping = isStepping;
  }

  draw(event: Event): string {
    if (event.event === "notice") return paragraph(event.text);
    const name = event.event === "scene" && PITFALLS.find((one) => one === event.scene);
    if (name) return this.#begin(name);
    if (!this.#pitfall) return "";
    const { sequence } = this.#pitfall;
    switch (event.event) {
      case "segment":
        return sequence.draw(event) + this.#later(event);
      case "flood":
        return this.#flood(event, sequence);
      case "scene":
        this.#sent = undefined;
        return event.scene === SCENES.cure ? this.#cure(this.#pitfall.name) : sequence.draw(event);
      default:
        return sequence.draw(event);
    }
  }

  #begin(name: Pitfall): string {
    const { language } = this.#look;
    const before = this.#pitfall ? "\n\n" : "";
    const style = {
      isBrief: true,
      scenes: PARTS,
      socket: NOTES.socket,
      ...name === "half-open" && { explain: NOTES.state },
    };
    const sequence = new SequenceView({ ...this.#look, style });
    this.#pitfall = { name, sequence };
    const [question, ...more] = wrapText(`${name}: ${TEXTS[name].question[language]()}`, WIDTH);
    const title = [
      `${this.#paint(cyan, `${name}:`)}${this.#paint(bold, question.slice(name.length + 1))}`,
      ...more.map((line) => this.#paint(bold, line)),
    ];
    const story = wrapText(TEXTS[name].story[language](), WIDTH);
    return `${before}${[...title, ...story].join("\n")}\n\n${sequence.head(LOCAL, `${REMOTE}:${PORT}`)}`;
  }

  #cure(name: Pitfall): string {
    const { answer, code } = TEXTS[name];
    const lines = code.map((line) => line && `    ${this.#paint(green, line)}`);
    return `\n${[...wrapText(answer[this.#look.language](), WIDTH), "", ...lines].join("\n")}\n`;
  }

  #flood({ segments, sources, half_open: halfOpen }: FloodEvent, sequence: SequenceView): string {
    return sequence.line("client", `${segments} × SYN`) +
      sequence.note(NOTES.flood[this.#look.language](sources, halfOpen));
  }

  /** How long the second part of a message has waited for the first. */
  #later({ from, bytes, options, again }: SegmentEvent): string {
    if (from !== "client" || !bytes || again) return "";
    const [first, now] = [this.#sent, clockOf(options)];
    this.#sent = now;
    const { name, sequence } = this.#pitfall!;
    if (name !== "nagle" || this.#isStepping || first === undefined || now === undefined) return "";
    return sequence.note(NOTES.later[this.#look.language](now - first));
  }

  #paint(colour: (text: string) => string, text: string): string {
    return this.#look.coloured ? colour(text) : text;
  }
}
