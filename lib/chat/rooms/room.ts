import { FrameError } from "../../framing/mod.ts";
import type { Reporter } from "../../app/mod.ts";
import { joinedNotice, JoinNotices, NAMES } from "./join_notices.ts";
import { Feed } from "./feed.ts";
import type { LineFormat } from "./line_format.ts";
import { numbered } from "../control_lines.ts";
import { entryLine, type HistoryEntry } from "../protocol.ts";
import { OVERHEAD, type Subscriber } from "./subscriber.ts";
import type { WriteScheduler } from "./write_scheduler.ts";

/** Whoever is in a room: a connection has a subscriber, the console is told line by line. */
export interface Member {
  nick: string;
  room: Room;
  /** Where it is connected from. */
  readonly peer?: string;
  /** Whether the others were told that it is there. */
  isAnnounced: boolean;
  /** The secret of its session, if it is a client of ours. */
  session?: string;
  readonly subscriber?: Subscriber;
  /** A line of the room's, for a member without a subscriber. */
  hear?(line: string): void;
  /** A line for this member alone. */
  tell(...lines: string[]): void;
  /** Tells it what was said in its room lately. */
  tellPast(): void;
  /** It has come into another room. */
  arrived(): void;
  /** Says why, and ends the connection. */
  end(why: string): void;
}

/** What rooms share. */
export interface RoomOptions {
  /** Lines that a room remembers. */
  history: number;
  /** Bytes that a slow reader may be behind. */
  maxQueue: number;
  /** Whether each line begins with its time. */
  timestamps: boolean;
  reporter: Reporter;
  scheduler: WriteScheduler;
}

/** Where some talk to each other: what is said there goes to all but who said it. */
export class Room {
  readonly name: string;
  /** The name of its numbers: others begin when the server, or the room, is made anew. */
  readonly log: string = crypto.randomUUID();
  readonly members = new Set<Member>();
  /** The last lines, oldest first. */
  readonly history: HistoryEntry[] = [];
  /** The number of the last line. */
  line = 0;
  #feeds = new Map<LineFormat, Feed>();
  /** Those without a subscriber. */
  #listeners = new Set<Member>();
  /** Frames of the history, for the formats that somebody here reads. */
  #past = new Map<LineFormat, WeakMap<HistoryEntry, Uint8Array>>();
  #options: RoomOptions;
  #joinNotices = new JoinNotices<Member>((text, newcomers) => this.#tellComings(text, newcomers));

  constructor(name: string, options: RoomOptions) {
    this.name = name;
    this.#options = options;
  }

  /** Puts a member into the room; from now on it hears what is said. */
  enter(member: Member): void {
    member.room = this;
    this.members.add(member);
    const { subscriber } = member;
    if (!subscriber) return void this.#listeners.add(member);
    let feed = this.#feeds.get(subscriber.format);
    if (!feed) this.#feeds.set(subscriber.format, feed = new Feed(subscriber.format, this.#options.maxQueue));
    subscriber.follow(feed);
  }

  /** Takes a member out of the room. */
  leave(member: Member): void {
    this.members.delete(member);
    this.#listeners.delete(member);
    member.subscriber?.unfollow();
    for (const [format, { subscribers }] of this.#feeds) if (!subscribers.size) this.#feeds.delete(format);
    for (const format of this.#past.keys()) if (!this.#feeds.has(format)) this.#past.delete(format);
    if (!this.members.size) this.#joinNotices.close();
  }

  /** Tells all that a member is there now. */
  announce(member: Member): void {
    member.isAnnounced = true;
    this.#joinNotices.joined(member);
  }

  /** Tells all that a member has gone. */
  announceLeft(member: Member): void {
    this.#joinNotices.left(member);
  }

  /**
   * Relays what a member says.
   *
   * @throws {FrameError} `frame_unencodable` if no frame can hold it
   */
  relay(member: Member, entry: HistoryEntry): void {
    this.#joinNotices.flush();
    this.#tellAll(this.show(entry), [member], entry.line);
    this.line = entry.line;
    this.remember(entry);
  }

  /** How an entry is told. */
  show(entry: HistoryEntry): string {
    return entryLine(entry, this.#options.timestamps);
  }

  /**
   * The last of these lines as frames, oldest first: as many as fit into half of what may wait for a subscriber. For
   * clients of ours, those of this room's numbers have theirs.
   */
  past(
    format: LineFormat,
    entries: readonly HistoryEntry[] = this.history,
  ): { frames: Uint8Array[]; entries: HistoryEntry[] } {
    const past = { frames: [] as Uint8Array[], entries: [] as HistoryEntry[] };
    let left = this.#options.maxQueue / 2;
    for (let i = entries.length - 1; i >= 0; i--) {
      const entry = entries[i];
      const frame = this.#frameOf(entry, format);
      if (!frame) continue;
      left -= frame.length + OVERHEAD;
      if (left < 0) break;
      past.frames.push(frame);
      past.entries.push(entry);
    }
    past.frames.reverse();
    past.entries.reverse();
    return past;
  }

  /** Made once for all that come; nothing if no frame can hold it. */
  #frameOf(entry: HistoryEntry, format: LineFormat): Uint8Array | undefined {
    let made = this.#past.get(format);
    if (!made) this.#past.set(format, made = new WeakMap());
    let frame = made.get(entry);
    if (frame) return frame;
    const line = this.show(entry);
    try {
      const isOurs = format.isNumbered && entry.log === this.log;
      frame = format.frame(isOurs ? numbered(entry.line, line) : line).slice();
    } catch (error) {
      if (error instanceof FrameError) return undefined;
      throw error;
    }
    made.set(entry, frame);
    return frame;
  }

  /** Takes a line up into the history. */
  remember(entry: HistoryEntry): void {
    this.history.push(entry);
    if (this.history.length > this.#options.history) this.history.shift();
  }

  /** Tells all in the room, behind what is still to be told of who comes and goes. */
  notice(text: string): void {
    this.#joinNotices.flush();
    this.#notice(text);
  }

  /** Forgets whom it would still have to announce. */
  close(): void {
    this.#joinNotices.close();
  }

  /** Newcomers know of themselves and of those before them; of those behind them each is told. */
  #tellComings(text: string, newcomers: Member[]): void {
    this.#notice(text, newcomers);
    const nicks = newcomers.map(({ nick }) => nick);
    for (const [i, newcomer] of newcomers.entries()) {
      if (i < nicks.length - 1) {
        newcomer.tell(`* ${joinedNotice(nicks.slice(i + 1, i + 2 + NAMES), nicks.length - i - 1)}`);
      }
    }
  }

  #notice(text: string, except: Member[] = []): void {
    this.#options.reporter.report({ event: "notice", text, room: this.name }, true);
    try {
      this.#tellAll(`* ${text}`, except);
    } catch (error) {
      // Not every frame holds every line, such as fixed:16.
      this.#options.reporter.error(error);
    }
  }

  #tellAll(line: string, except: Member[], number?: number): void {
    const lineFor = ({ isNumbered }: LineFormat) =>
      isNumbered && number !== undefined ? numbered(number, line) : line;
    // Nobody is told what not all can be told.
    for (const format of this.#feeds.keys()) if (format.mayRefuse) format.frame(lineFor(format));
    for (const feed of this.#feeds.values()) {
      const { format } = feed;
      const start = feed.append(lineFor(format));
      const receipt = format.isNumbered && number !== undefined ? `/taken ${number}` : undefined;
      for (const { subscriber } of except) {
        if (subscriber && feed.subscribers.has(subscriber)) subscriber.passOver(start, receipt);
      }
      this.#options.scheduler.wake(feed, feed.end - start);
    }
    for (const listener of this.#listeners) if (!except.includes(listener)) listener.hear?.(line);
  }
}
