import { PinwireError } from "../../errors.ts";
import type { Resume } from "../control_lines.ts";
import { CONSOLE_NICK, type HistoryEntry, LOBBY, nameKey, privateLine, RESERVED } from "../protocol.ts";
import { type Member, Room, type RoomOptions } from "./room.ts";
import { placeOf } from "./roster.ts";

/** How many rooms there may be. A new one may take the place of an empty one. */
const MOST_ROOMS = 100;

/** How a {@linkcode Hub} is made. */
export interface HubOptions extends RoomOptions {
  /** Is called with every line that was said, to keep it. */
  onSaid?(entry: HistoryEntry): void;
}

/** The rooms of a server, and the names of its members. Knows no sockets. */
export class Hub {
  #options: HubOptions;
  #rooms = new Map<string, Room>();
  #members = new Map<string, Member>();
  #sessions = new Map<string, Member>();
  #guests = 0;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#open(LOBBY);
  }

  /** The room that every new member comes into. */
  get lobby(): Room {
    return this.#rooms.get(LOBBY)!;
  }

  /** The rooms that somebody is in. */
  get rooms(): Room[] {
    return [...this.#rooms.values()].filter(({ members }) => members.size);
  }

  /** Makes the console a member. */
  addConsole(member: Member): void {
    member.nick = CONSOLE_NICK;
    this.#members.set(CONSOLE_NICK, member);
    this.lobby.enter(member);
  }

  /** Gives a new member a name, and lets it into the lobby; the others are not told yet. */
  add(member: Member): void {
    do member.nick = `guest${++this.#guests}`; while (this.#members.has(member.nick));
    this.#members.set(member.nick, member);
    this.lobby.enter(member);
  }

  /** Takes a member out: its name is free, its session over, its place in the room empty. */
  remove(member: Member): void {
    if (this.#members.get(nameKey(member.nick)) !== member) return;
    this.#members.delete(nameKey(member.nick));
    if (member.session !== undefined) this.#sessions.delete(member.session);
    const { room } = member;
    room.leave(member);
    if (member.isAnnounced) room.announceLeft(member);
  }

  /** Tells the room that a member is there, unless that was told already. */
  announce(member: Member): void {
    if (!member.isAnnounced) member.room.announce(member);
  }

  /**
   * The member of this name, in any case.
   *
   * @throws {PinwireError} `unknown_nick`
   */
  find(nick: string): Member {
    const member = this.#members.get(nameKey(nick));
    if (member) return member;
    throw new PinwireError("unknown_nick", `nobody is called ${nick}`, { hint: "/who lists who is here" });
  }

  /**
   * Gives a member another name.
   *
   * @throws {PinwireError} `nick_taken`
   */
  rename(member: Member, nick: string): void {
    const key = nameKey(nick);
    const holder = this.#members.get(key);
    if (RESERVED.includes(key) || nameKey(member.nick) === CONSOLE_NICK || holder && holder !== member) {
      throw new PinwireError("nick_taken", `the name ${nick} is taken`, { hint: "choose another" });
    }
    if (nick === member.nick) return;
    const before = member.nick;
    this.#members.delete(nameKey(before));
    this.#members.set(key, member);
    member.nick = nick;
    if (member.isAnnounced) member.room.notice(`${before} is now ${nick}`);
  }

  /**
   * Moves a member to another room.
   *
   * @throws {PinwireError} `too_many_rooms`
   */
  move(member: Member, name: string): void {
    const room = this.#rooms.get(nameKey(name)) ?? this.#open(name);
    const before = member.room;
    if (room === before) return member.tell(placeOf(member));
    before.leave(member);
    if (member.isAnnounced) before.announceLeft(member);
    room.enter(member);
    if (!member.isAnnounced) return;
    member.arrived();
    room.announce(member);
  }

  /**
   * Relays what a member says to its room.
   *
   * @throws {FrameError} `frame_unencodable` if no frame can hold it
   */
  say(member: Member, text: string, isAction = false): void {
    const { nick, room } = member;
    this.announce(member);
    const entry = {
      time: this.#options.clock.wall(),
      room: room.name,
      nick,
      text,
      isAction,
      log: room.log,
      line: room.line + 1,
    };
    room.relay(member, entry);
    this.#options.onSaid?.(entry);
  }

  /**
   * Says something to one member alone.
   *
   * @throws {PinwireError} `unknown_nick`
   */
  whisper(member: Member, nick: string, text: string): void {
    const to = this.find(nick);
    to.tell(privateLine(member.nick, text));
    member.tell(`* to ${to.nick}: ${text}`);
  }

  /**
   * Throws a member out.
   *
   * @throws {PinwireError} `unknown_nick`; `bad_command` if it is the console
   */
  kick(nick: string, why: string): void {
    const member = this.find(nick);
    if (member.nick === CONSOLE_NICK) {
      throw new PinwireError("bad_command", "the console stays", { hint: "/quit ends the server" });
    }
    const reason = why ? `kicked: ${why}` : "kicked";
    const { room } = member;
    member.isAnnounced = false;
    this.remove(member);
    room.notice(`${member.nick} was ${reason}`);
    member.end(reason);
  }

  /** Gives a member a secret with which it can take its session up again after a lost link. */
  openSession(member: Member): string {
    member.session = crypto.randomUUID();
    this.#sessions.set(member.session, member);
    return member.session;
  }

  /** Gives `member` the name and the room of this session, if its old connection still seems to be alive. */
  takeOver({ session }: Resume, member: Member): boolean {
    const before = this.#sessions.get(session);
    if (!before) return false;
    const { nick, room } = before;
    const wasAnnounced = before.isAnnounced;
    before.isAnnounced = false;
    this.remove(before);
    before.end("taken up by a new connection");
    this.rename(member, nick);
    this.move(member, room.name);
    member.isAnnounced = wasAnnounced;
    return true;
  }

  /** Puts lines that were kept from an earlier run back into their rooms. */
  restore(entries: Iterable<HistoryEntry>): void {
    for (const entry of entries) {
      const room = this.#rooms.get(nameKey(entry.room)) ??
        (this.#rooms.size < MOST_ROOMS ? this.#open(entry.room) : undefined);
      room?.remember(entry);
    }
  }

  /** All lines that the rooms remember, oldest first. */
  remembered(): HistoryEntry[] {
    return [...this.#rooms.values()].flatMap(({ history }) => history).sort((a, b) => a.time - b.time);
  }

  /** The nicknames of all members. */
  *nicks(): Generator<string> {
    for (const { nick } of this.#members.values()) yield nick;
  }

  /** See {@linkcode WriteScheduler.caughtUp}. */
  caughtUp(): Promise<void> | undefined {
    return this.#options.scheduler.caughtUp();
  }

  /** Begins to write everything that still waits to be written. */
  flush(): void {
    this.#options.scheduler.finish();
  }

  /** Announces no more who comes and goes. */
  close(): void {
    for (const room of this.#rooms.values()) room.close();
  }

  #open(name: string): Room {
    if (this.#rooms.size >= MOST_ROOMS) this.#forgetEmptyRoom();
    const room = new Room(name, this.#options);
    this.#rooms.set(nameKey(name), room);
    return room;
  }

  #forgetEmptyRoom(): void {
    for (const [key, room] of this.#rooms) {
      if (room.members.size || key === LOBBY) continue;
      this.#rooms.delete(key);
      room.close();
      return;
    }
    throw new PinwireError("too_many_rooms", `there are ${MOST_ROOMS} rooms already`, {
      hint: "join one of them, /rooms lists them",
    });
  }
}
