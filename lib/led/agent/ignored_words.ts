import type { Reporter } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { isVerb, VERB_WORDS, VERBS } from "../verbs.ts";

/** Words that are told of; a controller that says ever new ones is told of no more. */
const MOST = 20;
/** Characters of a word that are shown. */
const SHOWN = 40;

const WORDS = VERB_WORDS.map((word) => VERBS[word].amount ? `${word} HZ` : word);
const ALL_WORDS = `the words are ${WORDS.join(", ")} and state?`;

/** Tells, once for each, of what a controller said that no agent obeys. */
export class IgnoredWords {
  #reporter: Reporter;
  #told = new Set<string>();

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  /** Tells of a message that was passed over, unless it was told of before. */
  tell(message: string, peer: string): void {
    const word = message.trim().slice(0, SHOWN);
    if (!word || this.#told.size === MOST || this.#told.has(word)) return;
    this.#told.add(word);
    const hint = this.#told.size === MOST ? "of further words nothing is said" : hintFor(word);
    this.#reporter.error(new PinwireError("ignored_word", `ignored "${word}"`, { hint }), peer);
  }
}

/** On the tutorial's console `3:1` is on and `3:2` off: what it sends then are the words. */
function hintFor(word: string): string {
  const [, digit] = word.match(/^(?:\d+:)?([12])$/) ?? [];
  if (digit) return `an agent is told ${digit === "1" ? "on" : "off"}, ${digit} is for a console`;
  const small = word.toLowerCase();
  return small !== word && isVerb(small) ? `write it ${small}` : ALL_WORDS;
}
