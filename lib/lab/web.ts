import { type Context, type Event, printEvent } from "../app/mod.ts";
import type { Connection, InternetAddress } from "../net/mod.ts";
import { type EventTeller, type Page, servePage } from "../session/mod.ts";
import type { Language } from "../text/languages.ts";
import type { Lesson } from "./lessons.ts";
import { BothTellers, type ToldEvent } from "./sequence/both_tellers.ts";
import type { LessonTeller } from "./sequence/teller.ts";

/** Pages that look on at a time. */
const MOST_PAGES = 64;
/** The longest word that a page says, in bytes. */
const LONGEST_WORD = 64;

/** What a lesson with a page is told. */
export interface LessonPageOptions {
  web: InternetAddress;
  webHost: readonly string[];
  json: boolean;
  noColor: boolean;
}

/** What is told to pages of a lesson. */
export interface PlayedLesson {
  name: Lesson;
  /** Makes what says what its events mean. */
  teller(language: Language): LessonTeller;
  /** After which events pages wait for a word, if they are in the diagram (default `segment`). */
  unit?: "segment" | "tcp_state";
}

/** What pages are told besides of an event. */
interface Marks {
  /** They are told no more before one of them says so. */
  waits?: true;
  /** The lesson is over. */
  last?: true;
}

/**
 * Shows a lesson to browsers. It is played at its own speed, so that its times are true; pages are told of it a segment
 * at a time, all of them the same, as one of them says. Who comes late is told all that the others were.
 */
export class LessonPage implements EventTeller, AsyncDisposable {
  readonly isWatched = true;
  #context: Context;
  #lesson: PlayedLesson;
  #tellers: BothTellers;
  /** What pages are told, and what waits until they may be. */
  #lines: string[] = [];
  #waiting: { line: string; waits: boolean }[] = [];
  #news = Promise.withResolvers<void>();
  #tapping: Disposable;
  #serving?: Promise<void>;
  #plays = false;
  /** Whether the last that was told is to be looked at first. */
  #isHeld = false;
  /** Words to go on that came before there was anything to tell. */
  #ahead = 0;

  private constructor(lesson: PlayedLesson, context: Context) {
    this.#lesson = lesson;
    this.#tellers = new BothTellers(lesson.teller);
    this.#context = context;
    this.#tapping = context.reporter.tap((event) => this.tell(event));
  }

  /**
   * Opens it, and says where it is.
   *
   * @throws {PinwireError} why it can't listen there
   */
  static async open(
    lesson: PlayedLesson,
    options: LessonPageOptions,
    context: Context,
  ): Promise<LessonPage> {
    const { openPage } = await import("../web/mod.ts");
    const listening = await openPage(
      "lab",
      "/ws",
      { ...options, maxFrame: LONGEST_WORD, quiet: false },
      context,
    );
    const page = new LessonPage(lesson, context);
    await page.#begin(listening);
    return page;
  }

  /** The lesson is over. Done when it is time to stop: until then pages may look at what was. */
  async left(): Promise<void> {
    const { en, zh } = this.#tellers.foot();
    const said = { en: { notes: en }, zh: { notes: zh } };
    this.#add({ event: "notice", text: en.join(" "), said }, { last: true });
    await this.#serving;
  }

  tell(event: Event): void {
    if (event.event === "listening") return;
    const told = this.#tellers.tell(event);
    const isUnit = event.event === (this.#lesson.unit ?? "segment");
    this.#add(told, isUnit && !("hidden" in told) ? { waits: true } : {});
  }

  async serve(connection: Connection): Promise<void> {
    let isOver = false;
    const telling = this.#tellAll(connection, () => isOver).catch(() => {});
    const decoder = new TextDecoder();
    try {
      await connection.receive((bytes) => this.#hear(decoder.decode(bytes).trim()));
    } finally {
      isOver = true;
      connection.close();
      this.#wake();
      await telling;
    }
  }

  /** Ends it, once it is time to stop. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#tapping[Symbol.dispose]();
    this.#context.stop.now();
    await this.#serving;
  }

  async #begin(listening: Page): Promise<void> {
    const begun = Promise.withResolvers<void>();
    const begin = async () => {
      const listener = await listening.begin();
      begun.resolve();
      return listener;
    };
    const page: Page = { begin, events: this, [Symbol.dispose]: () => listening[Symbol.dispose]() };
    this.#serving = servePage(page, undefined, { maxClients: MOST_PAGES, idleTimeout: 0 }, this.#context);
    await begun.promise;
  }

  #hear(word: string): void {
    if (word !== "step" && word !== "play") return;
    this.#plays = word === "play";
    if (word === "step") this.#ahead++;
    this.#pass();
  }

  #add(event: ToldEvent, marks: Marks): void {
    const isFirst = !this.#lines.length && !this.#waiting.length;
    const marked = Object.assign(event, marks, isFirst && { lesson: this.#lesson.name });
    this.#waiting.push({ line: printEvent(marked, this.#context.clock), waits: marks.waits === true });
    this.#pass();
  }

  /** Tells what may be told. */
  #pass(): void {
    while (this.#waiting.length) {
      if (this.#isHeld && !this.#plays && !this.#ahead) break;
      if (this.#isHeld && !this.#plays) this.#ahead--;
      const { line, waits } = this.#waiting.shift()!;
      this.#lines.push(line);
      this.#isHeld = waits;
    }
    this.#wake();
  }

  async #tellAll(connection: Connection, isOver: () => boolean): Promise<void> {
    const encoder = new TextEncoder();
    for (let told = 0; !isOver();) {
      const lines = this.#lines.slice(told);
      if (lines.length) await connection.write(encoder.encode(lines.map((line) => `${line}\n`).join("")));
      else await this.#news.promise;
      told += lines.length;
    }
  }

  #wake(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
