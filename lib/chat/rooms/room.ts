import { FrameError } from "../../framing/mod.ts";
import type { Reporter } from "../../app/mod.ts";
import type { Clock, Peer } from "../../net/mod.ts";
import { joinedNotice, JoinNotices, NAMES } from "./join_notices.ts";
import { Feed } from "./feed.ts";
import type { LineFormat } from "./line_format.ts";
import { numbered } from "../control_lines.ts";
import { entryLine, type HistoryEntry } from "../protocol.ts";
import { OVERHEAD } from "./mark_queue.ts";
import type { Subscriber } from "./subscriber.ts";
import type { WriteScheduler } from "./write_scheduler.ts";

/** Whoever is in a room. A connection has a subscriber; the console is told line by line. */
export interface Member {
  nick: string;
  room: Room;
  /** Where it is connected from. */
  readonly peer?: Peer;
  /** The server where it is, if that is another one. */
  server?: string;
  /** Whether it is a server's console. */
  readonly isConsole?: boolean;
  /** Whether the others know that it is there. */
  isAnnounced: boolean;
  /** The secret of its session, if it is a client of ours. */
  session?: string;
  readonly subscriber?: Subscriber;
  /** Is called with each of the room's lines, if there is no subscriber. */
  hear?(line: string): void;
  /** Tells this member alone. */
  tell(...lines: string[]): void;
  /** Tells it the last lines of its room. */
  tellPast(): void;
  /** Is called when it has come into another room. */
  arrived(): void;
  /** Is called when its name, or the log of its room, has become another without its doing. */
  replaced(): void;
  /** Tells it why, and ends its connection. */
  end(why: string): void;
}

/** What the rooms of a hub share. */
export interface RoomOptions {
  /** How many lines a room remembers. */
  history: number;
  /** How many bytes a slow reader may be behind. */
  maxQueue: number;
  /** Whether each line begins with its time. */
  timestamps: boolean;
  reporter: Reporter;
  scheduler: WriteScheduler;
  clock: Clock;
}

/** A place where members talk: what one of them says goes to all the others. */
export class Room {
  readonly name: string;
  /** What its line numbers belong to: when the server starts again, or the room is made anew, others begin at 1. */
  log: string = crypto.randomUUID();
  /** Those of other servers too. */
  readonly members = new Set<Member>();
  /** How many of them are at this server. */
  locals = 0;
  /** The last lines, oldest first. */
  history: HistoryEntry[] = [];
  /** The number of the last line. */
  line = 0;
  #feeds = new Map<LineFormat, Feed>();
  /** The members without a subscriber. */
  #listeners = new Set<Member>();
  /** The history as frames, in each format that a member of the room reads. */
  #past = new Map<LineFormat, WeakMap<HistoryEntry, Uint8Array>>();
  #options: RoomOptions;
  #joinNotices: JoinNotices<Member>;

  constructor(name: string, options: RoomOptions) {
    this.name = name;
    this.#options = options;
    this.#joinNotices = new JoinNotices(
      (text, newcomers) => this.#tellNewcomers(text, newcomers),
      options.clock,
    );
  }

  /** Puts a member into the room: from now on it hears what is said. */
  enter(member: Member): void {
    member.room = this;
    this.members.add(member);
    if (member.server) return;
    this.locals++;
    const { subscriber } = member;
    if (!subscriber) return void this.#listeners.add(member);
    let feed = this.#feeds.get(subscriber.format);
    if (!feed) this.#feeds.set(subscriber.format, feed = new Feed(subscriber.format, this.#options.maxQueue));
    subscriber.follow(feed);
  }

  /** Takes a member out of the room. */
  leave(member: Member): void {
    if (this.members.delete(member) && !member.server) this.locals--;
    this.#listeners.delete(member);
    member.subscriber?.unfollow();
    for (const [format, { subscribers }] of this.#feeds) if (!subscribers.size) this.#feeds.delete(format);
    for (const format of this.#past.keys()) if (!this.#feeds.has(format)) this.#past.delete(format);
    if (!this.members.size) this.#joinNotices.close();
  }

  /** Tells the others that a member is there now. */
  announce(member: Member): void {
    member.isAnnounced = true;
    this.#joinNotices.joined(member);
  }

  /** Tells the others that a member has left. */
  announceLeft(member: Member): void {
    this.#joinNotices.left(member);
  }

  /**
   * Relays what was said.
   *
   * @param speaker the member who said it, which knows it, and is told its number alone
   * @throws {FrameError} `frame_unencodable` if no frame can hold it
   */
  relay(entry: HistoryEntry, speaker?: Member): void {
    this.#joinNotices.flush();
    this.#tellAll(this.show(entry), speaker ? [speaker] : [], entry.line);
    this.line = entry.line;
    this.remember(entry);
  }

  /**
   * Looks whether {@linkcode relay} could tell it.
   *
   * @throws {FrameError} `frame_unencodable`
   */
  check(entry: HistoryEntry): void {
    this.#checkLine(this.show(entry), entry.line);
  }

  /** From now on its lines have the numbers of this log, behind `line`; `history` is what was said before. */
  begin(log: string, line: number, history: HistoryEntry[]): void {
    this.log = log;
    this.line = line;
    this.history = history;
  }

  /** The line that tells an entry. */
  show(entry: HistoryEntry): string {
    const { timestamps, clock } = this.#options;
    return entryLine(entry, timestamps ? clock.wall() : undefined);
  }

  /**
   * The last of these lines as frames, oldest first: as many as fit into half of what may wait for a subscriber. In a
   * numbered format those of this room's log have their numbers.
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

  /** An entry as a frame, made once for all newcomers; nothing if no frame can hold it. */
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

  /** Adds a line to the history. */
  remember(entry: HistoryEntry): void {
    this.history.push(entry);
    if (this.history.length > this.#options.history) this.history.shift();
  }

  /** Tells everybody in the room, after what is still to be told about who comes and goes. */
  notice(text: string): void {
    this.#joinNotices.flush();
    this.#notice(text);
  }

  /** Forgets what is still to be told about who comes and goes. */
  close(): void {
    this.#joinNotices.close();
  }

  /** A newcomer knows itself and those who came before it: it is told only who came after it. */
  #tellNewcomers(text: string, newcomers: Member[]): void {
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
      // Some frames, such as fixed:16, can't hold every line.
      this.#options.reporter.error(error);
    }
  }

  #tellAll(line: string, except: Member[], number?: number): void {
    // If one format can't hold the line, nobody is told it.
    this.#checkLine(line, number);
    for (const feed of this.#feeds.values()) {
      const { format } = feed;
      const start = feed.append(lineFor(format, line, number));
      const receipt = format.isNumbered && number !== undefined ? `/taken ${number}` : undefined;
      for (const { subscriber } of except) {
        if (subscriber && feed.subscribers.has(subscriber)) subscriber.passOver(start, receipt);
      }
      this.#options.scheduler.wake(feed, feed.end - start);
    }
    for (const listener of this.#listeners) if (!except.includes(listener)) listener.hear?.(line);
  }
  #checkLine(line: string, number?: number): void {
    for (const format of this.#feeds.keys()) {
      if (format.mayRefuse) format.frame(lineFor(format, line, number));
    }
  }
}

const lineFor = ({ isNumbered }: LineFormat, line: string, number?: number) =>
  isNumbered && number !== undefined ? numbered(number, line) : line;
