import { concat } from "@std/bytes/concat";
import type { Connection } from "../net/mod.ts";
import type { Feed } from "./feed.ts";
import type { Form } from "./form.ts";

/** A peer without newlines takes each read for a message: its lines are kept so many ms apart. */
const GAP = 50;
/** A write that has been under way for so many ms will not get through. */
const STALLED = 30_000;

/** Something that a reader does when it comes to an offset of its feed. */
interface Mark {
  at: number;
  /** Bytes of the feed to pass over: its own line. */
  skip: number;
  /** Framed lines for this reader alone. */
  inserts: Uint8Array[];
}

/** What a {@linkcode Reader} tells of. */
export interface ReaderOptions {
  /** Bytes that may wait beside the feed. */
  maxQueue: number;
  /** The line that says how many were missed. */
  missed(count: number): string;
  /** The peer reads nothing any more, or a client of ours missed what it can't do without. */
  onStalled(): void;
  /** A line that no frame can hold. */
  onUnframed(error: unknown): void;
}

/**
 * A member's place in the feed of its room, and what is for it alone: writes all of it in order, one write at a
 * time, and never makes the others wait.
 */
export class Reader {
  /** Whether the peer sends no newlines, and so is sent none. */
  isBare = false;
  /** The offset up to which the feed was handed over to writes, at the end of a line. */
  position = 0;
  #connection: Connection;
  #options: ReaderOptions;
  #form: Form;
  #feed?: Feed;
  #marks: Mark[] = [];
  /** Bytes of the inserts. */
  #inserted = 0;
  #missed = 0;
  #isHeld = false;
  #isWriting = false;
  #isClosed = false;
  #wroteAt = -Infinity;
  #timer?: ReturnType<typeof setTimeout>;
  #onFlushed: (() => void)[] = [];

  constructor(connection: Connection, form: Form, options: ReaderOptions) {
    this.#connection = connection;
    this.#form = form;
    this.#options = options;
  }

  get form(): Form {
    return this.#form;
  }

  /** Writes in another form. What waits is forgotten, and so is the feed. */
  become(form: Form): void {
    this.#feed?.readers.delete(this);
    this.#feed = undefined;
    this.#form = form;
    this.#marks = [];
    this.#inserted = this.#missed = this.position = 0;
  }

  /** Whether something waits to be written, or is being written. */
  get isBusy(): boolean {
    return this.#isWriting || this.#marks.length > 0 || this.#missed > 0 ||
      this.position < (this.#feed?.end ?? 0);
  }

  /** Takes what is appended to the feed from now on. What is left of the one before comes first. */
  follow(feed: Feed): void {
    this.unfollow();
    this.#feed = feed;
    this.position = feed.end;
    for (const mark of this.#marks) mark.at = this.position;
    feed.readers.add(this);
  }

  /** Takes no more of its feed; what is there already is still written. */
  unfollow(): void {
    if (!this.#feed) return;
    const rest: Uint8Array[] = [];
    for (let frame; !this.#isClosed && (frame = this.#nextLine());) rest.push(frame.slice());
    this.#feed.readers.delete(this);
    this.#feed = undefined;
    this.position = 0;
    for (const frame of rest) this.#insert(frame);
    this.wake();
  }

  /** Lines for this member alone, behind all that there is up to now. */
  tell(...lines: string[]): void {
    for (const line of lines) {
      try {
        this.#insert(this.#form.frame(line).slice());
      } catch (error) {
        this.#options.onUnframed(error);
      }
    }
    this.wake();
  }

  /** Its own line was appended to the feed at `start`: it is not for itself. */
  passOver(start: number, instead?: string): void {
    const { end } = this.#feed!;
    if (instead === undefined && this.position === start && !this.#marks.length) {
      this.position = end;
      return;
    }
    this.#marks.push({ at: start, skip: end - start, inserts: [] });
    if (instead !== undefined) this.tell(instead);
  }

  /** The feed forgets what is before `offset`. */
  lose(offset: number): void {
    if (this.position >= offset) return;
    let missed = this.#feed!.count(this.position, offset);
    for (const mark of this.#marks) {
      if (mark.at >= offset) break;
      if (mark.skip) missed--;
      mark.at = offset;
      mark.skip = 0;
    }
    this.#marks = this.#marks.filter(({ skip, inserts }) => skip || inserts.length);
    // Clients of ours see by the numbers what they missed.
    if (!this.#form.isNumbered) this.#missed += missed;
    this.position = offset;
    if (this.#isWriting && performance.now() - this.#wroteAt > STALLED) this.#options.onStalled();
  }

  /** Writes nothing more until {@linkcode release}. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Writes what waits from now on. */
  release(): void {
    this.#isHeld = false;
    this.wake();
  }

  /** Begins to write if there is something and nothing is being written; whether it did. */
  wake(): boolean {
    if (this.#isWriting || this.#isHeld || this.#isClosed) return false;
    const wait = this.isBare && this.isBusy ? this.#wroteAt + GAP - performance.now() : 0;
    if (wait > 0) {
      this.#isWriting = true;
      this.#timer = setTimeout(this.#onWritten, wait);
      return false;
    }
    const bytes = this.#next();
    if (!bytes) {
      this.#tellFlushed();
      return false;
    }
    this.#isWriting = true;
    this.#wroteAt = performance.now();
    this.#connection.write(bytes).then(this.#onWritten, this.#onFailed);
    return true;
  }

  /** Done when everything is written, or can't be. */
  flushed(): Promise<void> {
    this.release();
    if (!this.isBusy || this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => this.#onFlushed.push(resolve));
  }

  /** Writes no more. */
  close(): void {
    this.#isClosed = true;
    this.#feed?.readers.delete(this);
    this.#marks = [];
    clearTimeout(this.#timer);
    this.#tellFlushed();
  }

  #tellFlushed(): void {
    for (const tell of this.#onFlushed.splice(0)) tell();
  }

  #onWritten = (): void => {
    this.#isWriting = false;
    this.wake();
  };

  // Whoever reads from this connection learns that it has gone.
  #onFailed = (): void => {
    this.close();
    this.#connection.close();
  };

  #insert(frame: Uint8Array): void {
    if (this.#inserted + frame.length > this.#options.maxQueue) {
      // A client of ours comes back, and learns all that it would have been told here.
      if (this.#form.isNumbered) this.#options.onStalled();
      this.#missed++;
      return;
    }
    this.#inserted += frame.length;
    const at = this.#feed?.end ?? 0;
    const last = this.#marks.at(-1);
    if (last && last.at + last.skip === at) last.inserts.push(frame);
    else this.#marks.push({ at, skip: 0, inserts: [frame] });
  }

  /** What is to be written next. */
  #next(): Uint8Array | undefined {
    if (this.#missed) {
      const line = this.#options.missed(this.#missed);
      this.#missed = 0;
      return this.#bare(this.#form.frame(line).slice());
    }
    if (this.isBare) {
      const frame = this.#nextLine();
      return frame && this.#bare(frame);
    }
    const inserts: Uint8Array[] = [];
    for (let frame; (frame = this.#nextInsert());) inserts.push(frame);
    if (inserts.length) return inserts.length === 1 ? inserts[0] : concat(inserts);
    const to = this.#endOfLines();
    if (this.position >= to) return undefined;
    const view = this.#feed!.view(this.position, to);
    this.position += view.length;
    return view;
  }

  #bare(frame: Uint8Array): Uint8Array {
    return this.isBare ? frame.subarray(0, frame.length - this.#form.ending) : frame;
  }

  #nextLine(): Uint8Array | undefined {
    const insert = this.#nextInsert();
    if (insert || this.position >= this.#endOfLines()) return insert;
    const view = this.#feed!.view(this.position, this.#feed!.lineEnd(this.position));
    this.position += view.length;
    return view;
  }

  /** A line for this member alone, if its place has come. */
  #nextInsert(): Uint8Array | undefined {
    for (let mark; (mark = this.#marks[0]) && mark.at === this.position;) {
      this.position += mark.skip;
      mark.at = this.position;
      mark.skip = 0;
      const frame = mark.inserts.shift();
      if (frame) {
        this.#inserted -= frame.length;
        return frame;
      }
      this.#marks.shift();
    }
    return undefined;
  }

  /** How far the feed can be written before a mark. */
  #endOfLines(): number {
    return this.#marks.length ? this.#marks[0].at : this.#feed?.end ?? 0;
  }
}
