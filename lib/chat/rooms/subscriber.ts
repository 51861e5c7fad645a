import { concat } from "@std/bytes/concat";
import { afterReady, type Clock, type Connection, type Timer } from "../../net/mod.ts";
import type { Feed, Woken } from "./feed.ts";
import type { LineFormat } from "./line_format.ts";
import { MarkQueue } from "./mark_queue.ts";
import { BARE_GAP } from "../protocol.ts";

/** Ms after which a write that is still under way will not get through. */
const STALLED = 60_000;
/** Bytes of inserts that leave in one write. */
const WRITE = 65_536;

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
  #clock: Clock;
  #options: SubscriberOptions;
  #format: LineFormat;
  #feed?: Feed;
  #marks = new MarkQueue();
  #missed = 0;
  #isHeld = false;
  #isWriting = false;
  #isClosed = false;
  #wroteAt = -Infinity;
  #timer?: Timer;
  #onFlushed: (() => void)[] = [];

  constructor(connection: Connection, format: LineFormat, clock: Clock, options: SubscriberOptions) {
    this.#clock = clock;
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
    this.#marks = new MarkQueue();
    this.#missed = 0;
    this.position = 0;
  }

  /** Whether something waits to be written, or is being written. */
  get isBusy(): boolean {
    return this.#isWriting || !this.#marks.isEmpty || this.#missed > 0 ||
      this.position < (this.#feed?.end ?? 0);
  }

  /** Takes what is appended to the feed from now on. What is left of the one before comes first. */
  follow(feed: Feed): void {
    this.unfollow();
    this.#feed = feed;
    this.position = feed.end;
    this.#marks.moveTo(this.position);
    feed.subscribers.add(this);
  }

  /** Takes no more of its feed; what is there already is still written. */
  unfollow(): void {
    const feed = this.#feed;
    if (!feed) return;
    const rest = new MarkQueue();
    while (!this.#isClosed) {
      for (let mark; (mark = this.#marks.next) && mark.at === this.position; this.#marks.shift()) {
        this.position += mark.skip;
        if (mark.insert) rest.insert(mark.insert, 0);
      }
      const from = this.position;
      const view = this.#nextView();
      if (!view) break;
      const room = this.#options.maxQueue - this.#marks.bytes;
      if (!rest.insert(view.slice(), 0, room)) this.#missed += feed.count(from, this.position);
    }
    feed.subscribers.delete(this);
    this.#feed = undefined;
    this.#marks = rest;
    this.position = 0;
    this.wake();
  }

  /** Lines for this member alone, after all that was said up to now. It misses those for which there is no room. */
  tell(...lines: string[]): void {
    for (const line of lines) {
      const frame = this.#frame(line);
      if (frame) this.#insert(frame, this.#options.maxQueue);
    }
    this.wake();
  }

  /** The same for lines in frames, whose bytes never change. */
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

  /** Its own line was appended to the feed at `start`: it is not written it, but `instead`, if that is given. */
  passOver(start: number, instead?: string): void {
    const { end } = this.#feed!;
    if (instead === undefined && this.position === start && this.#marks.isEmpty) {
      this.position = end;
      return;
    }
    this.#marks.skip(start, end - start);
    if (instead !== undefined) this.tellSurely(instead);
  }

  /** The feed forgets what is before `offset`. */
  lose(offset: number): void {
    if (this.position >= offset) return;
    const missed = this.#feed!.count(this.position, offset) - this.#marks.forget(offset);
    // Clients of ours see by the numbers what they missed.
    if (!this.#format.isNumbered) this.#missed += missed;
    this.position = offset;
    if (this.#isWriting && this.#clock.now() - this.#wroteAt > STALLED) this.#options.onStalled();
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

  /** Begins to write if there is something and nothing is being written. */
  wake(): Woken {
    if (this.#isWriting || this.#isHeld || this.#isClosed) return "idle";
    const wait = this.isBare && this.isBusy ? this.#wroteAt + BARE_GAP - this.#clock.now() : 0;
    if (wait > 0) {
      this.#isWriting = true;
      this.#timer = this.#clock.after(wait, this.#onWritten);
      return "idle";
    }
    const bytes = this.#next();
    if (!bytes) {
      this.#tellFlushed();
      return "idle";
    }
    this.#isWriting = true;
    this.#wroteAt = this.#clock.now();
    const connection = this.#connection;
    const writing = this.#format.isMessage ? connection.writeFrames!(bytes) : connection.write(bytes);
    if (writing) {
      writing.then(this.#onWritten, this.#onFailed);
      return "writing";
    }
    this.#onWrittenAtOnce();
    return "written";
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
    this.#marks = new MarkQueue();
    this.#timer?.cancel();
    this.#tellFlushed();
  }

  #tellFlushed(): void {
    if (!this.#onFlushed.length) return;
    for (const tell of this.#onFlushed.splice(0)) tell();
  }

  #onWritten = (): void => {
    this.#isWriting = false;
    this.wake();
  };

  #onWrittenAtOnce(): void {
    this.#isWriting = false;
    if (!this.isBusy) return this.#tellFlushed();
    // The others have their turn before the next write.
    this.#isWriting = true;
    afterReady(this.#onWritten);
  }

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
    const isIn = this.#marks.insert(frame, this.#feed?.end ?? 0, limit);
    if (!isIn) this.#missed++;
    return isIn;
  }

  /** What is to be written next. */
  #next(): Uint8Array | undefined {
    if (this.#missed) {
      const frame = this.#frame(this.#options.missed(this.#missed));
      this.#missed = 0;
      if (frame) return this.#bare(frame);
    }
    const frames = this.#nextInserts() ?? this.#nextView();
    return frames && this.#bare(frames);
  }

  #bare(frame: Uint8Array): Uint8Array {
    return this.isBare ? frame.subarray(0, frame.length - this.#format.ending) : frame;
  }

  /** What is for this member alone, if its place has come: a line for a bare peer, else as much as there is. */
  #nextInserts(): Uint8Array | undefined {
    const inserts: Uint8Array[] = [];
    let bytes = 0;
    for (let mark; (mark = this.#marks.next) && mark.at === this.position; this.#marks.shift()) {
      if (mark.insert && inserts.length && (this.isBare || bytes + mark.insert.length > WRITE)) break;
      this.position += mark.skip;
      if (!mark.insert) continue;
      inserts.push(mark.insert);
      bytes += mark.insert.length;
    }
    return inserts.length > 1 ? concat(inserts) : inserts[0];
  }

  /** What comes next in the feed, up to a mark at most: a line for a bare peer, else as much as there is. */
  #nextView(): Uint8Array | undefined {
    const feed = this.#feed;
    const to = this.#marks.next?.at ?? feed?.end ?? 0;
    if (!feed || this.position >= to) return undefined;
    const view = feed.view(this.position, this.isBare ? feed.lineEnd(this.position) : to);
    this.position += view.length;
    return view;
  }
}
