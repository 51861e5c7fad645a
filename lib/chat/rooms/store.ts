import type { Member, Room } from "./room.ts";

/** What became of what a member has said: `said` if its room was told a line, `leaves` if it wants to go. */
export type Outcome = "said" | "leaves" | undefined;

/** A line on its way into a room. */
export interface Spoken {
  /** Milliseconds since 1970. */
  time: number;
  nick: string;
  text: string;
  /** Whether it was said with `/me`. */
  isAction: boolean;
}

/** What others are told of a member. */
export type News =
  /** It is there, in this room: it has come, or changed rooms. */
  | { say: "joined"; nick: string; room: string }
  /** `why` if it did not leave by itself: `kicked: too loud`. */
  | { say: "left"; nick: string; why?: string }
  | { say: "renamed"; before: string; nick: string };

/** What the server of a member is asked to do. */
export type Order =
  | { say: "tell"; nick: string; line: string }
  | { say: "kick"; nick: string; why: string }
  /** Its session goes on at another server. */
  | { say: "take"; nick: string };

/**
 * What the rooms of a chat rest on: who has which name, and in which order the lines of a room are told. Alone, a server
 * has all of that in memory; several with one store are one chat. Where a promise is given, that takes a while.
 */
export interface Store {
  /** What the console is called. */
  readonly consoleNick: string;
  /** Whether nobody may have this name; it is a {@linkcode nameKey}. */
  isReserved(key: string): boolean;
  /**
   * Looks whether other servers can be reached.
   *
   * @throws {PinwireError} `store_away`
   */
  ensure(): void;
  /** A number for a guest that nobody else is given; a promise is for a whole name, which is claimed. */
  guest(): number | Promise<string>;
  /**
   * Takes a name that no member of this server has.
   *
   * @param session the secret of the member's session, or of the one that it takes up: that may have the name elsewhere
   * @throws {PinwireError} `nick_taken`; `store_away`
   */
  claim(nick: string, session?: string): Promise<void> | undefined;
  /** A member has a session from now on: who knows its secret may take the name. */
  sign(nick: string, session: string): void;
  /** The name is free. */
  release(nick: string): void;
  /**
   * Gives a room its log and its history before the first member of this server enters it.
   *
   * @throws {PinwireError} `store_away` …
   */
  open(room: Room): Promise<void> | undefined;
  /**
   * Tells a room what was said there.
   *
   * @throws {FrameError} `frame_unencodable` if no frame can hold it; {@linkcode PinwireError} `store_away` …
   */
  say(room: Room, line: Spoken, speaker: Member): Outcome | Promise<Outcome>;
  /** Tells the other servers. */
  announce(news: News): void;
  /**
   * Asks another server.
   *
   * @throws {PinwireError} `store_away`
   */
  order(server: string, order: Order): Promise<void>;
}
