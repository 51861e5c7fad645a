import { type Context, type Event, printEvent } from "../app/mod.ts";
import type { Connection, InternetAddress } from "../net/mod.ts";
import { type EventTeller, type Page, servePage } from "../session/mod.ts";
import type { Stepper } from "./stage/steps.ts";

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

/** Shows a lesson to browsers: each is told of all that happened, from its beginning, and may say how it goes on. */
export class LessonPage implements EventTeller, Stepper, AsyncDisposable {
  readonly isWatched = true;
  #context: Context;
  #lines: string[] = [];
  #news = Promise.withResolvers<void>();
  #tapping: Disposable;
  #serving?: Promise<void>;
  /** Lets the segment arrive that waits. */
  #go?: () => void;
  #plays = false;
  /** Those that may arrive before anybody waits. */
  #ahead = 0;

  private constructor(context: Context) {
    this.#context = context;
    this.#tapping = context.reporter.tap((event) => this.tell(event));
  }

  /**
   * Opens it, and says where it is.
   *
   * @throws {PinwireError} why it can't listen there
   */
  static async open(options: LessonPageOptions, context: Context): Promise<LessonPage> {
    const { openPage } = await import("../web/mod.ts");
    const listening = await openPage(
      "lab",
      "/ws",
      { ...options, maxFrame: LONGEST_WORD, quiet: false },
      context,
    );
    const page = new LessonPage(context);
    await page.#begin(listening);
    return page;
  }

  /** Done when a page lets the next segment arrive, or when it is time to stop. */
  async pressed(): Promise<void> {
    const { stop } = this.#context;
    if (this.#plays || stop.signal.aborted) return;
    if (this.#ahead) return void this.#ahead--;
    const pressed = Promise.withResolvers<void>();
    this.#go = pressed.resolve;
    using _stopping = stop.onStop(pressed.resolve);
    await pressed.promise;
    this.#go = undefined;
  }

  /** Done when it is time to stop: until then pages may look at what was. */
  async left(): Promise<void> {
    await this.#serving;
  }

  tell(event: Event): void {
    if (event.event === "listening") return;
    this.#lines.push(printEvent(event, this.#context.clock));
    this.#wake();
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
    if (this.#go) this.#go();
    else if (word === "step") this.#ahead++;
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
