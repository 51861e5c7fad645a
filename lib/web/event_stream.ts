import { type Context, type Event, printEvent } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import type { Clock, Connection } from "../net/mod.ts";
import type { EventTeller } from "../session/mod.ts";

/** Characters that may wait for a page; with more, events are left out, and it is told how many. */
const LIMIT = 1 << 20;
/** The same for all pages together, of which each then has its share. */
const LIMIT_OF_ALL = 32 * LIMIT;
/** Who comes and goes is never left out; a page for which so many times its limit waits is closed. */
const MOST = 8;

/** Tells pages of a server's events as `--json` prints them, one a message. Who comes late is told who is there. */
export class EventStream implements EventTeller, Disposable {
  #clock: Clock;
  #frame: string;
  #tapping: Disposable;
  #listening: string[] = [];
  /** The events of those who are connected, by peer. */
  #connected = new Map<string, string>();
  #viewers = new Set<Viewer>();

  constructor({ reporter, clock, codec }: Context) {
    this.#clock = clock;
    this.#frame = codec.spec;
    // Of what crosses pages are told by those who see it, in more detail.
    this.#tapping = reporter.tap((event) => event.event === "data" || this.tell(event));
  }

  get isWatched(): boolean {
    return this.#viewers.size > 0;
  }

  tell(event: Event): void {
    const kind = event.event;
    // The page's own address has its secret in it.
    if (kind === "listening" && event.url !== undefined) return;
    const isPresence = kind === "listening" || kind === "connected" || kind === "disconnected";
    if (!isPresence && !this.isWatched) return;
    const told = kind === "listening" ? { ...event, frame: this.#frame } : event;
    const line = printEvent(told, this.#clock);
    if (kind === "listening") this.#listening.push(line);
    else if (kind === "connected") this.#connected.set(event.peer, line);
    else if (kind === "disconnected") this.#connected.delete(event.peer);
    for (const viewer of this.#viewers) viewer.tell(line, isPresence);
  }

  async serve(connection: Connection): Promise<void> {
    const viewer = new Viewer(
      connection,
      this.#clock,
      () => Math.min(LIMIT, LIMIT_OF_ALL / this.#viewers.size),
    );
    this.#viewers.add(viewer);
    for (const line of [...this.#listening, ...this.#connected.values()]) viewer.tell(line, true);
    try {
      // What it says is nobody's concern.
      await connection.receive(() => {});
    } finally {
      this.#viewers.delete(viewer);
    }
  }

  [Symbol.dispose](): void {
    this.#tapping[Symbol.dispose]();
  }
}

/** A page that looks on, and what waits for it. */
class Viewer {
  #connection: Connection;
  #clock: Clock;
  #limit: () => number;
  #encoder = new TextEncoder();
  #lines: string[] = [];
  #waiting = 0;
  #leftOut = 0;
  #isWriting = false;

  /** @param limit how many characters may wait, with all pages that there are */
  constructor(connection: Connection, clock: Clock, limit: () => number) {
    this.#connection = connection;
    this.#clock = clock;
    this.#limit = limit;
  }

  /** @param isPresence whether it must not be left out */
  tell(line: string, isPresence: boolean): void {
    const limit = this.#limit();
    if (this.#waiting > limit && !isPresence) {
      this.#leftOut++;
      return;
    }
    this.#lines.push(line);
    this.#waiting += line.length;
    if (this.#waiting > MOST * limit) this.#connection.close(tooSlow(this.#connection.peer.name));
    else if (!this.#isWriting) void this.#write();
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    // What happens in the same turn leaves in one write.
    await undefined;
    try {
      while (this.#lines.length) {
        const text = this.#lines.map((line) => `${line}\n`).join("");
        const length = text.length - this.#lines.length;
        this.#lines = [];
        await this.#connection.write(this.#encoder.encode(text));
        this.#waiting -= length;
        this.#tellOfGap();
      }
    } catch {
      // It has gone, as who receives from it learns.
    }
    this.#isWriting = false;
  }

  #tellOfGap(): void {
    if (!this.#leftOut) return;
    const count = this.#leftOut;
    this.#leftOut = 0;
    const what = count === 1 ? "1 event was" : `${count} events were`;
    const message = `${what} left out, as this page reads them too slowly`;
    this.tell(printEvent({ event: "error", message }, this.#clock), true);
  }
}

const tooSlow = (peer: string) =>
  new PinwireError("too_slow", `${peer} does not read what it is told`, {
    hint: "the connection was closed",
  });
