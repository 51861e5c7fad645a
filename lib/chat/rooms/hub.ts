import { PinwireError } from "../../errors.ts";
import type { Resume } from "../control_lines.ts";
import { nameKey, nickTaken, privateLine, RESERVED } from "../protocol.ts";
import type { Member, Room, RoomOptions } from "./room.ts";
import { Rooms } from "./rooms.ts";
import { placeOf } from "./roster.ts";
import type { Outcome, Store } from "./store.ts";

/** What a connection is told whose session has come by another one. */
export const TAKEN_UP = "taken up by a new connection";

/** How a {@linkcode Hub} is made. */
export interface HubOptions extends RoomOptions {
  store: Store;
}

/** The rooms of a chat, and the names of its members, those at other servers too. Knows no sockets. */
export class Hub {
  readonly rooms: Rooms;
  #options: HubOptions;
  #members = new Map<string, Member>();
  #sessions = new Map<string, Member>();
  #store: Store;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#store = options.store;
    this.rooms = new Rooms(options);
  }

  /** What the console is called. */
  get consoleNick(): string {
    return this.#store.consoleNick;
  }

  /** Makes the console a member. */
  addConsole(member: Member): void {
    this.add(member, this.consoleNick);
    this.#tellOfPresence(member);
  }

  /** A name for a newcomer that nobody else has. */
  guestNick(): string | Promise<string> {
    for (;;) {
      const number = this.#store.guest();
      if (typeof number !== "number") return number;
      if (!this.#members.has(`guest${number}`)) return `guest${number}`;
    }
  }

  /** Lets a new member into the lobby, under a name of {@linkcode guestNick}; the others are not told yet. */
  add(member: Member, nick: string): void {
    member.nick = nick;
    this.#members.set(nameKey(nick), member);
    this.rooms.lobby.enter(member);
  }

  /** Takes a member out: its name is free, its session over, its place in the room empty. */
  remove(member: Member): void {
    if (!this.has(member)) return;
    this.#members.delete(nameKey(member.nick));
    if (member.session !== undefined) this.#sessions.delete(member.session);
    const { room } = member;
    room.leave(member);
    if (member.isAnnounced) {
      room.announceLeft(member);
      if (!member.server) this.#store.announce({ say: "left", nick: member.nick });
    }
    if (!member.server) this.#store.release(member.nick);
  }

  /** Whether a member is still there. */
  has(member: Member): boolean {
    return this.#members.get(nameKey(member.nick)) === member;
  }

  /** The member of this name, in any case, if there is one. */
  member(nick: string): Member | undefined {
    return this.#members.get(nameKey(nick));
  }

  /** Tells the room that a member is there, unless that was told already. */
  announce(member: Member): void {
    if (member.isAnnounced) return;
    member.room.announce(member);
    this.#tellOfPresence(member);
  }

  /**
   * The member of this name, in any case.
   *
   * @throws {PinwireError} `unknown_nick`
   */
  find(nick: string): Member {
    const member = this.member(nick);
    if (member) return member;
    throw new PinwireError("unknown_nick", `nobody is called ${nick}`, { hint: "/who lists who is here" });
  }

  /**
   * Gives a member another name.
   *
   * @param session the secret of a session that it takes up: that may have the name elsewhere
   * @throws {PinwireError} `nick_taken`; `store_away`
   */
  rename(member: Member, nick: string, session?: string): Promise<void> | void {
    if (member.isConsole) throw new PinwireError("bad_command", "the console keeps its name");
    const key = nameKey(nick);
    const holder = this.#members.get(key);
    const isFree = !holder || holder === member || holder.server && session;
    if (RESERVED.includes(key) || this.#store.isReserved(key) || !isFree) {
      throw nickTaken(nick);
    }
    if (nick === member.nick) return;
    if (holder === member) return this.assign(member, nick);
    return after(this.#store.claim(nick, session ?? member.session), () => {
      // It may have gone meanwhile.
      if (this.has(member)) this.assign(member, nick);
      else this.#store.release(nick);
    });
  }

  /** The same, for a name that is the member's already. */
  assign(member: Member, nick: string): void {
    const { nick: before, room } = member;
    const key = nameKey(nick);
    this.#members.delete(nameKey(before));
    if (nameKey(before) !== key) this.#store.release(before);
    // A session that it takes up was at another server.
    const ghost = this.#members.get(key);
    if (ghost && ghost !== member) this.remove(ghost);
    this.#members.set(key, member);
    member.nick = nick;
    if (!member.isAnnounced) return;
    room.notice(`${before} is now ${nick}`);
    this.#store.announce({ say: "renamed", before, nick });
  }

  /**
   * Moves a member to another room.
   *
   * @throws {PinwireError} `too_many_rooms`; `store_away`
   */
  move(member: Member, name: string): Promise<void> | void {
    const room = this.rooms.open(name);
    if (room === member.room) return member.tell(placeOf(member));
    return after(this.#store.open(room), () => {
      if (!this.has(member)) return;
      // While the store was asked the room may have been forgotten, since it was empty, and made anew.
      return this.rooms.make(name) === room ? this.#move(member, room) : this.move(member, name);
    });
  }

  #move(member: Member, room: Room): void {
    const before = member.room;
    before.leave(member);
    if (member.isAnnounced) before.announceLeft(member);
    room.enter(member);
    if (!member.isAnnounced) return;
    member.arrived();
    room.announce(member);
    this.#tellOfPresence(member);
  }

  #tellOfPresence({ nick, room }: Member): void {
    this.#store.announce({ say: "joined", nick, room: room.name });
  }

  /**
   * A member of another server is in this room.
   *
   * @param isNews whether the room is told
   */
  place(member: Member, name: string, isNews: boolean): void {
    const room = this.rooms.make(name);
    const before = this.has(member) ? member.room : undefined;
    this.#members.set(nameKey(member.nick), member);
    if (before === room) return;
    before?.leave(member);
    if (isNews) before?.announceLeft(member);
    room.enter(member);
    if (isNews) room.announce(member);
  }

  /** A member of another server has another name. */
  renamed(member: Member, nick: string): void {
    const before = member.nick;
    this.#members.delete(nameKey(before));
    member.nick = nick;
    this.#members.set(nameKey(nick), member);
    member.room.notice(`${before} is now ${nick}`);
  }

  /**
   * Relays what a member says to its room.
   *
   * @throws {FrameError} `frame_unencodable` if no frame can hold it; {@linkcode PinwireError} `store_away` …
   */
  say(member: Member, text: string, isAction = false): Outcome | Promise<Outcome> {
    this.announce(member);
    const { nick, room } = member;
    return this.#store.say(room, { time: this.#options.clock.wall(), nick, text, isAction }, member);
  }

  /**
   * Says something to one member alone.
   *
   * @throws {PinwireError} `unknown_nick`; `store_away`
   */
  whisper(member: Member, nick: string, text: string): Promise<void> | void {
    const to = this.find(nick);
    // Whether somebody who is at this server is told must not depend on where it is.
    this.#store.ensure();
    const line = privateLine(member.nick, text);
    const passing = to.server === undefined
      ? to.tell(line)
      : this.#store.order(to.server, { say: "tell", nick: to.nick, line });
    return after(passing, () => member.tell(`* to ${to.nick}: ${text}`));
  }

  /**
   * Throws a member out.
   *
   * @throws {PinwireError} `unknown_nick`; `bad_command` if it is a console; `store_away`
   */
  kick(nick: string, why: string): Promise<void> | void {
    const member = this.find(nick);
    if (member.isConsole) {
      throw new PinwireError("bad_command", "the console stays", { hint: "/quit ends the server" });
    }
    if (member.server) return this.#store.order(member.server, { say: "kick", nick: member.nick, why });
    const reason = why ? `kicked: ${why}` : "kicked";
    this.dismiss(member, reason);
    this.#store.announce({ say: "left", nick: member.nick, why: reason });
    member.end(reason);
  }

  /** Takes a member out, and tells its room why. */
  dismiss(member: Member, reason: string): void {
    const { room } = member;
    member.isAnnounced = false;
    this.remove(member);
    room.notice(`${member.nick} was ${reason}`);
  }

  /** Gives a member a secret with which it can take its session up again after a lost link. */
  openSession(member: Member): string {
    member.session = crypto.randomUUID();
    this.#sessions.set(member.session, member);
    this.#store.sign(member.nick, member.session);
    return member.session;
  }

  /** Gives `member` the name and the room of this session, if its old connection still seems to be alive. */
  takeOver({ session }: Resume, member: Member): boolean {
    const before = this.#sessions.get(session);
    if (!before) return false;
    const { nick, room, isAnnounced } = before;
    this.#sessions.delete(session);
    this.#members.delete(nameKey(nick));
    room.leave(before);
    before.isAnnounced = false;
    before.end(TAKEN_UP);
    this.#store.release(member.nick);
    this.#members.delete(nameKey(member.nick));
    this.#members.set(nameKey(nick), member);
    member.nick = nick;
    if (room !== member.room) this.#move(member, room);
    member.isAnnounced = isAnnounced;
    return true;
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
    this.rooms.close();
  }
}

/** Does it once that which takes a while is done, or now. */
function after(pending: Promise<void> | void, act: () => Promise<void> | void): Promise<void> | void {
  return pending ? pending.then(act) : act();
}
