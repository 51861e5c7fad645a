import type { Event, SegmentEvent, TcpEnd } from "../../app/mod.ts";
import type { Language } from "../../text/languages.ts";
import { endName, LEGEND, SegmentSpeaker, TIME_WAIT } from "./sequence_texts.ts";
import type { SequenceStyle } from "./sequence_style.ts";

/** What is said of an event, wherever that is drawn. */
export interface Telling {
  /** Of a part of the lesson that begins. */
  title?: string;
  /** Below it, a paragraph each. */
  notes: string[];
  /** Lines of Python that follow from it. */
  code?: readonly string[];
}

/** Says what the events of a lesson mean, in one language. */
export interface LessonTeller {
  /** What is said of the next event; nothing if it is no part of the diagram. */
  tell(event: Event): Telling | undefined;
  /** What is said below it all. */
  foot?(): string[];
}

/** Says what the events of a lesson mean, in one language, each with what the ones before it have told. */
export class SequenceTeller implements LessonTeller {
  readonly #language: Language;
  readonly #style: SequenceStyle;
  readonly #speaker: SegmentSpeaker;
  readonly #isWaiting: TcpEnd[] = [];
  #isHidden = false;
  #hasDetails = false;

  constructor(language: Language, style: SequenceStyle = {}) {
    this.#language = language;
    this.#style = style;
    this.#speaker = new SegmentSpeaker(language, style.hasWindows);
  }

  /** What is said of the next event; nothing if it is no part of the diagram. */
  tell(event: Event): Telling | undefined {
    switch (event.event) {
      case "scene":
        return this.#begin(event.scene);
      case "notice":
        return { notes: [event.text] };
      case "segment": {
        const notes = this.#notesOf(event);
        return this.#isHidden ? undefined : { notes };
      }
      case "call":
        return this.#isHidden ? undefined : { notes: [] };
      case "tcp_state":
        if (this.#isHidden) return undefined;
        if (event.state === "TIME_WAIT") this.#isWaiting.push(event.at);
        return { notes: this.#style.explain?.(event, this.#language) ?? [] };
      case "tcp_socket": {
        const { socket } = this.#style;
        return socket && !this.#isHidden ? { notes: [socket(event, this.#language)] } : undefined;
      }
      default:
        return undefined;
    }
  }

  /** What is said below it all: who waits, and why; and what the details mean. */
  foot(): string[] {
    const { foot } = this.#style;
    if (foot) return [foot[this.#language]()];
    const texts = this.#isWaiting.map((end) => TIME_WAIT[this.#language](endName(end, this.#language)));
    return this.#hasDetails ? [...texts, LEGEND[this.#language]()] : texts;
  }

  #begin(scene: string): Telling | undefined {
    const { scenes } = this.#style;
    const title = scenes?.[scene]?.[this.#language]();
    this.#isHidden = scenes !== undefined && title === undefined;
    return title === undefined ? undefined : { title, notes: [] };
  }

  #notesOf(event: SegmentEvent): string[] {
    const sentence = this.#speaker.sentence(event);
    if (this.#style.isBrief) return [sentence];
    this.#hasDetails = true;
    return [sentence, detailsOf(event)];
  }
}

/** What a header says besides; the time stamps are left to `--json`, as they tell nothing by themselves. */
function detailsOf({ absolute, window, options }: SegmentEvent): string {
  const numbers = absolute.ack === undefined
    ? `seq = ${absolute.seq}`
    : `seq = ${absolute.seq}, ack = ${absolute.ack}`;
  return [numbers, `window ${window}`, ...options.filter((option) => !option.startsWith("timestamps"))].join(
    ", ",
  );
}
