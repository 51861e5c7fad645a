import type { Event } from "../../app/mod.ts";
import { type Language, LANGUAGES } from "../../text/languages.ts";
import { reasonOf } from "../states/reasons.ts";
import type { LessonTeller, Telling } from "./teller.ts";

/** An event as a page gets it: with what is said of it in each language, or `hidden` if it is no part of the diagram. */
export type ToldEvent = Event & ({ said: Readonly<Record<Language, Telling>> } | { hidden: true });

/** Says what the events of a lesson mean, in both languages, for a page that can be read in either. */
export class BothTellers {
  readonly #tellers: LessonTeller[];

  /** @param open makes a teller, which remembers what it has told */
  constructor(open: (language: Language) => LessonTeller) {
    this.#tellers = LANGUAGES.map(open);
  }

  /** The next event, and what is said of it. A state has its reason each time, for those who look at it alone. */
  tell(event: Event): ToldEvent {
    const [en, zh] = this.#tellers.map((teller) => teller.tell(event));
    if (!en || !zh) return { ...event, hidden: true };
    if (event.event !== "tcp_state") return { ...event, said: { en, zh } };
    const reason = (language: Language) => reasonOf(event.state, event.before, language);
    return {
      ...event,
      said: { en: { notes: [reason("en"), ...en.notes] }, zh: { notes: [reason("zh"), ...zh.notes] } },
    };
  }

  /** What is said below it all. */
  foot(): Readonly<Record<Language, string[]>> {
    const [en, zh] = this.#tellers.map((teller) => teller.foot?.() ?? []);
    return { en, zh };
  }
}
