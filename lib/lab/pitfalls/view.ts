import { bold, cyan, green } from "@std/fmt/colors";
import type { Event } from "../../app/mod.ts";
import { wrapText } from "../../text/wrap.ts";
import { SequenceView } from "../sequence/sequence_view.ts";
import type { Telling } from "../sequence/teller.ts";
import { type LessonView, type Look, paragraph } from "../show.ts";
import { PORT } from "../stage/stage.ts";
import { LOCAL, REMOTE } from "../stage/wire.ts";
import { type Pitfall, pitfallOf } from "./names.ts";
import { PitfallsTeller } from "./teller.ts";

/** Columns of a text. */
const WIDTH = 80;

/** Draws each pitfall: a question, an experiment as a sequence diagram, and the answer with its lines of Python. */
export class PitfallsView implements LessonView {
  readonly #look: Look;
  readonly #teller: PitfallsTeller;
  readonly #sequence: SequenceView;
  #hasBegun = false;

  /** @param isStepping whether somebody looks at each segment, so that times say nothing */
  constructor(look: Look, isStepping: boolean) {
    this.#look = look;
    this.#teller = new PitfallsTeller(look.language, isStepping);
    this.#sequence = new SequenceView(look);
  }

  draw(event: Event): string {
    if (event.event === "notice") return paragraph(event.text);
    const telling = this.#teller.tell(event);
    if (!telling) return "";
    const name = pitfallOf(event);
    if (name) return this.#begin(name, telling);
    if (telling.code) return this.#cure(telling.notes, telling.code);
    if (event.event !== "flood") return this.#sequence.paint(event, telling);
    return this.#sequence.line("client", `${event.segments} × SYN`) +
      telling.notes.map((note) => this.#sequence.note(note)).join("");
  }

  #begin(name: Pitfall, { title, notes }: Telling): string {
    const before = this.#hasBegun ? "\n\n" : "";
    this.#hasBegun = true;
    const [question, ...more] = wrapText(`${name}: ${title}`, WIDTH);
    const lines = [
      `${this.#paint(cyan, `${name}:`)}${this.#paint(bold, question.slice(name.length + 1))}`,
      ...more.map((line) => this.#paint(bold, line)),
      ...notes.flatMap((note) => wrapText(note, WIDTH)),
    ];
    return `${before}${lines.join("\n")}\n\n${this.#sequence.head(LOCAL, `${REMOTE}:${PORT}`)}`;
  }

  #cure(notes: readonly string[], code: readonly string[]): string {
    const lines = code.map((line) => line && `    ${this.#paint(green, line)}`);
    return `\n${[...notes.flatMap((note) => wrapText(note, WIDTH)), "", ...lines].join("\n")}\n`;
  }

  #paint(colour: (text: string) => string, text: string): string {
    return this.#look.coloured ? colour(text) : text;
  }
}
