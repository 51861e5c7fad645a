import { concat } from "@std/bytes/concat";
import type { Connection } from "../../net/mod.ts";
import type { Feed } from "./feed.ts";
import type { LineFormat } from "./line_format.ts";
import { BARE_GAP } from "../protocol.ts";

/** A write that has been under way for so many ms will not get through. */
const STALLED = 60_000;
/** What an insert takes in memory beside its bytes. */
export const OVERHEAD = 200;
/** Bytes of inserts that leave in one write. */
const WRITE = 65_536;

/** What a subscriber does when it comes to an offset of its feed. */
interface Mark {
  at: number;
  /** Bytes of the feed to pass over: its own line. */
  skip: number;
  /** Framed lines for this subscriber alone, behind what is passed over. */
  insert?: Uint8Array;
}

/** What a {@linkcode Subscriber} tells of. */
export interface SubscriberOptions {
  /** Bytes that may wait beside the feed. */
  maxQueue: number;
  /** The line that says how many were missed. */
  missed(count: number): string;
  /** The peer reads nothing any more. */
  onStalled(): void;
  /** A line that no frame can hold. */
  onUnframed(error: unknown): void;
}

/**
 * A member's place in the feed of its room, and what is for it alone: writes all of it in order, one write at a
 * time, and never makes the others wait.
 */
export class Subscriber {
  /** Whether the peer sends no newlines, and so is sent none. */
  isBare = false;
  /** The offset up to which the feed was handed over to writes, at the end of a line. */
  position = 0;
  #connection: Connection;
  #options: SubscriberOptions;
  #format: LineFormat;
  #feed?: Feed;
  /** In the order of their offsets; those before `#first` are done with. */
  #marks: Mark[] = [];
  #first = 0;
  /** Bytes of the inserts. */
  #inserted = 0;
  #missed = 0;
  #isHeld = false;
  #isWriting = false;
  #isClosed = false;
  #wroteAt = -Infinity;
  #timer?: ReturnType<typeof setTimeout>;
  #onFlushed: (() => void)[] = [];

  constructor(connection: Connection, format: LineFormat, options: SubscriberOptions) {
    this.#connection = connection;
    this.#format = format;
    this.#options = options;
  }

  get format(): LineFormat {
    return this.#format;
  }

  /** Writes in another format. What waits is forgotten, and so is the feed. */
  become(format: LineFormat): void {
    this.#feed?.subscribers.delete(this);
    this.#feed = undefined;
    this.#format = format;
    this.#marks = [];
    this.#first = 0;
    this.#inserted = 0;
    this.#missed = 0;
    this.position = 0;
  }

  /** Whether something waits to be written, or is being written. */
  get isBusy(): boolean {
    return this.#isWriting || this.#first < this.#marks.length || this.#missed > 0 ||
      this.position < (this.#feed?.end ?? 0);
  }

  /** Takes what is appended to the feed from now on. What is left of the one before comes first. */
  follow(feed: Feed): void {
    this.unfollow();
    this.#feed = feed;
    this.position = feed.end;
    for (let i = this.#first; i < this.#marks.length; i++) this.#marks[i].at = this.position;
    feed.subscribers.add(this);
  }

  /** Takes no more of its feed; what is there already is still written. */
  unfollow(): void {
    const feed = this.#feed;
    if (!feed) return;
    const rest: Mark[] = [];
    while (!this.#isClosed) {
      for (let mark; (mark = this.#marks[this.#first]) && mark.at === this.position; this.#first++) {
        this.position += mark.skip;
        if (mark.insert) rest.push({ ...mark, at: 0, skip: 0 });
      }
      const to = this.#endOfLines();
      if (this.position >= to) break;
      const view = feed.view(this.position, this.isBare ? feed.lineEnd(this.position) : to);
      const from = this.position;
      this.position += view.length;
      if (this.#inserted + view.length > this.#options.maxQueue) {
        this.#missed += feed.count(from, this.position);
        continue;
      }
      this.#inserted += view.length + OVERHEAD;
      rest.push({ at: 0, skip: 0, insert: view.slice() });
    }
    feed.subscribers.delete(this);
    this.#feed = undefined;
    this.#marks = rest;
    this.#first = this.position = 0;
    this.wake();
  }

  /** Lines for this member alone, behind all that there is up to now. Of those that don't fit it misses some. */
  tell(...lines: string[]): void {
    for (const line of lines) {
      const frame = this.#frame(line);
      if (frame) this.#insert(frame, this.#options.maxQueue);
    }
    this.wake();
  }

  /** The same for framed lines that won't change. */
  tellFrames(frames: Uint8Array[]): void {
    for (const frame of frames) this.#insert(frame, this.#options.maxQueue);
    this.wake();
  }

  /** The same for what a client of ours can't do without: if there is no room for it, the connection is useless. */
  tellSurely(line: string): void {
    const frame = this.#frame(line);
    if (frame && !this.#insert(frame, 2 * this.#options.maxQueue)) this.#options.onStalled();
    this.wake();
  }

  /** Its own line was appended to the feed at `start`: it is not for itself. */
  passOver(start: number, instead?: string): void {
    const { end } = this.#feed!;
    if (instead === undefined && this.position === start && this.#first === this.#marks.length) {
      this.position = end;
      return;
    }
    this.#marks.push({ at: start, skip: end - start });
    if (instead !== undefined) this.tellSurely(instead);
  }

  /** The feed forgets what is before `offset`. */
  lose(offset: number): void {
    if (this.position >= offset) return;
    let missed = this.#feed!.count(this.position, offset);
    const marks = this.#marks.slice(this.#first);
    for (const mark of marks) {
      if (mark.at >= offset) break;
      if (mark.skip) missed--;
      mark.at = offset;
      mark.skip = 0;
    }
    this.#marks = marks.filter(({ skip, insert }) => skip || insert);
    this.#first = 0;
    // Clients of ours see by the numbers what they missed.
    if (!this.#format.isNumbered) this.#missed += missed;
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
    const wait = this.isBare && this.isBusy ? this.#wroteAt + BARE_GAP - performance.now() : 0;
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
    this.#feed?.subscribers.delete(this);
    this.#marks = [];
    this.#first = 0;
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

  #frame(line: string): Uint8Array | undefined {
    try {
      return this.#format.frame(line).slice();
    } catch (error) {
      this.#options.onUnframed(error);
      return undefined;
    }
  }

  #insert(frame: Uint8Array, limit: number): boolean {
    if (this.#inserted + frame.length > limit) {
      this.#missed++;
      return false;
    }
    this.#inserted += frame.length + OVERHEAD;
    this.#marks.push({ at: this.#feed?.end ?? 0, skip: 0, insert: frame });
    return true;
  }

  /** What is to be written next. */
  #next(): Uint8Array | undefined {
    if (this.#missed) {
      const frame = this.#frame(this.#options.missed(this.#missed));
      this.#missed = 0;
      if (frame) return this.#bare(frame);
    }
    const insert = this.#nextInserts();
    if (insert) return this.#bare(insert);
    const to = this.#endOfLines();
    if (this.position >= to) return undefined;
    const view = this.#feed!.view(this.position, this.isBare ? this.#feed!.lineEnd(this.position) : to);
    this.position += view.length;
    return this.#bare(view);
  }

  #bare(frame: Uint8Array): Uint8Array {
    return this.isBare ? frame.subarray(0, frame.length - this.#format.ending) : frame;
  }

  /** What is for this member alone, if its place has come: a line for a bare peer, else as much as there is. */
  #nextInserts(): Uint8Array | undefined {
    const inserts: Uint8Array[] = [];
    let bytes = 0;
    for (let mark; (mark = this.#marks[this.#first]) && mark.at === this.position; this.#first++) {
      if (mark.insert && inserts.length && (this.isBare || bytes + mark.insert.length > WRITE)) break;
      this.position += mark.skip;
      if (!mark.insert) continue;
      inserts.push(mark.insert);
      bytes += mark.insert.length;
      this.#inserted -= mark.insert.length + OVERHEAD;
    }
    this.#compact();
    return inserts.length > 1 ? concat(inserts) : inserts[0];
  }

  #compact(): void {
    if (this.#first < this.#marks.length && this.#first < 1_000) return;
    this.#marks.splice(0, this.#first);
    this.#first = 0;
  }

  /** How far the feed can be written before a mark. */
  #endOfLines(): number {
    const mark = this.#marks[this.#first];
    return mark ? mark.at : this.#feed?.end ?? 0;
  }
}
