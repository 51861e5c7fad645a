import type { Event, SegmentEvent } from "../../app/mod.ts";
import type { Language } from "../../text/languages.ts";
import { clockOf } from "../sequence/sequence_texts.ts";
import { type LessonTeller, SequenceTeller, type Telling } from "../sequence/teller.ts";
import { type Pitfall, pitfallOf, SCENES } from "./names.ts";
import { NOTES, PARTS } from "./notes.ts";
import { TEXTS } from "./texts.ts";

/** How the diagram of a pitfall differs from that of a plain connection. */
const styleOf = (name: Pitfall) => ({
  isBrief: true,
  scenes: PARTS,
  socket: NOTES.socket,
  ...name === "half-open" && { explain: NOTES.state },
});

/** Says of each pitfall its question, what happens, and the answer with its lines of Python. */
export class PitfallsTeller implements LessonTeller {
  readonly #language: Language;
  readonly #isStepping: boolean;
  #pitfall?: { name: Pitfall; sequence: SequenceTeller };
  /** What the client's clock said when it sent data, in ms; the last time since a part began. */
  #sent?: number;

  /** @param isStepping whether somebody looks at each segment, so that times say nothing */
  constructor(language: Language, isStepping: boolean) {
    this.#language = language;
    this.#isStepping = isStepping;
  }

  tell(event: Event): Telling | undefined {
    const say = this.#language;
    if (event.event === "notice") return { notes: [event.text] };
    const name = pitfallOf(event);
    if (name) {
      this.#pitfall = { name, sequence: new SequenceTeller(say, styleOf(name)) };
      return { title: TEXTS[name].question[say](), notes: [TEXTS[name].story[say]()] };
    }
    if (!this.#pitfall) return undefined;
    const { name: current, sequence } = this.#pitfall;
    if (event.event === "scene") this.#sent = undefined;
    if (event.event === "scene" && event.scene === SCENES.cure) {
      return { notes: [TEXTS[current].answer[say]()], code: TEXTS[current].code };
    }
    if (event.event === "flood") return { notes: [NOTES.flood[say](event.sources, event.half_open)] };
    const telling = sequence.tell(event);
    if (!telling || event.event !== "segment") return telling;
    const later = this.#later(event);
    if (current !== "nagle" || this.#isStepping || later === undefined) return telling;
    return { notes: [...telling.notes, NOTES.later[say](later)] };
  }

  /** How many ms the second part of a message has waited for the first. */
  #later({ from, bytes, options, again }: SegmentEvent): number | undefined {
    if (from !== "client" || !bytes || again) return undefined;
    const [first, now] = [this.#sent, clockOf(options)];
    this.#sent = now;
    return first === undefined || now === undefined ? undefined : now - first;
  }
}
