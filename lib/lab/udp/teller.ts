import type { Event } from "../../app/mod.ts";
import type { Language } from "../../text/languages.ts";
import { type LessonTeller, SequenceTeller, type Telling } from "../sequence/teller.ts";
import { CARRIES, TEXTS } from "./texts.ts";

/** Says of each packet which number it carries, and of each segment of TCP what it means besides. */
export class UdpTeller implements LessonTeller {
  readonly #language: Language;
  readonly #sequence: SequenceTeller;

  constructor(language: Language) {
    this.#language = language;
    this.#sequence = new SequenceTeller(language, { isBrief: true });
  }

  tell(event: Event): Telling | undefined {
    const say = this.#language;
    switch (event.event) {
      case "bad_wire":
        return { notes: [TEXTS.wire[say](event)] };
      case "datagram":
        return { notes: event.number === undefined ? [] : [CARRIES[say](event.number)] };
      case "arrival":
        return { notes: [] };
      case "segment": {
        const { notes } = this.#sequence.tell(event)!;
        const isPlain = event.number !== undefined && !event.again;
        return { notes: isPlain ? [CARRIES[say](event.number!), ...notes] : notes };
      }
      default:
        return this.#sequence.tell(event);
    }
  }

  foot(): string[] {
    return [TEXTS.foot[this.#language]()];
  }
}
