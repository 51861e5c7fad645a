import { PinwireError } from "../../errors.ts";
import type { Context } from "../../app/mod.ts";
import { type Address, type Connection, type DialOptions, hasGone, reasonOf } from "../../net/mod.ts";
import { reportConnection } from "../../session/mod.ts";
import { redial } from "../../session/redial.ts";
import { visible } from "../../text/mod.ts";
import { ClientSession } from "./session.ts";
import { listed } from "../rooms/join_notices.ts";
import type { Resume, Welcome } from "../control_lines.ts";
import { arrivalsIn, CLOSING_WORDS, nameKey, parsePrivate, parseRelayed } from "../protocol.ts";

/** What a client is told on its command line. */
export interface ClientOptions {
  nick?: string;
  /** Whether it goes under no other name. */
  mustBeNamed?: boolean;
  room?: string;
  /** How the server is dialled. */
  dialling?: DialOptions;
  /** Whether a lost link is the end. */
  noReconnect?: boolean;
  /** Gives numbers from 0 to 1, for the waits before it dials again; `Math.random` if not given. */
  random?: () => number;
}

/** Somebody's words. */
export interface Message {
  peer: string;
  /** As it is shown, safe for a terminal. */
  line: string;
  /** What was said, `/me` before it if it was so. */
  text: string;
  /** Only from servers of ours. */
  nick?: string;
  room?: string;
  /** Whether it was said before the client came. */
  isPast?: boolean;
  /** Whether it was said to this client alone. */
  isPrivate?: boolean;
}

/** Where a client shows what it hears. */
export interface Screen {
  message(message: Message): void;
  /** Something that is nobody's words, from the server or the client itself, safe for a terminal. */
  notice(text: string): void;
  /** The server calls it so, and it is there. */
  placed(nick: string, room: string): void;
}

/** Names that are remembered for completion. */
const MOST_NAMES = 1_000;

/**
 * A person's way into a chat: dials, tells its name, and dials again when the link is lost. To a server that is none
 * of ours it says bare messages.
 */
export class ChatClient {
  /** Who was heard of in this room. */
  readonly names = new Set<string>();
  /** Whether something that was said was refused, or may not have arrived. */
  hasLost = false;
  /** How it was called and where it was last. */
  nick?: string;
  room?: string;
  #options: ClientOptions;
  #context: Context;
  #screen: Screen;
  #session?: ClientSession;
  #resume?: Resume;
  #saying: Promise<void> = Promise.resolve();
  #opened = Promise.withResolvers<void>();
  #isFinishing = false;
  #isOver = false;
  /** Whether a server that is none of ours has closed: what it wasn't told by then is lost. */
  #hasClosed = false;
  #lostAt?: number;
  #sentAway?: PinwireError;

  constructor(options: ClientOptions, context: Context, screen: Screen) {
    this.#options = options;
    this.#context = context;
    this.#screen = screen;
    this.nick = options.nick;
    this.room = options.room;
  }

  /** Whether what is said now goes out now. */
  get isConnected(): boolean {
    return this.#session !== undefined;
  }

  /**
   * Listens until the server sends it away, or closes without having greeted it, until {@linkcode finish} is through or
   * the context stops.
   *
   * @throws {PinwireError} what the first dial throws; `sent_away`; with `noReconnect` why the link is lost
   */
  async run(address: Address): Promise<void> {
    const { dialling, noReconnect, random } = this.#options;
    const options = { ...dialling, noReconnect, random, firstMustHold: true };
    try {
      await redial(address, options, this.#context, (connection) => this.#serve(connection));
    } finally {
      this.#isOver = true;
      this.#opened.resolve();
    }
    if (this.#sentAway) throw this.#sentAway;
  }

  /** Done when there is a link, or never will be one. */
  opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** Says a line, once there is a link; done when it is on its way. */
  say(line: string): Promise<void> {
    return this.#saying = this.#saying.then(() => this.#sayNow(line));
  }

  /** Ends the sending side once everything is said. */
  async finish(): Promise<void> {
    await this.#saying;
    this.#end();
    // There is nothing left for which a lost link would have to come back.
    if (this.#lostAt !== undefined && !this.#session) this.#context.stop.now();
  }

  async #sayNow(line: string): Promise<void> {
    while (!this.#isOver && !this.#isFinishing) {
      await this.#opened.promise;
      const session = this.#session;
      await session?.pace();
      // It may have gone meanwhile.
      if (!session || session !== this.#session) continue;
      await session.say(line);
      if (session.isPlain && CLOSING_WORDS.includes(line)) this.#end();
      return;
    }
    if (this.#hasClosed) this.hasLost = true;
  }

  async #serve(connection: Connection): Promise<boolean> {
    const { reporter, stop } = this.#context;
    const { signal } = stop;
    const { name: peer } = connection.peer;
    const session: ClientSession = new ClientSession(connection, this.#context, {
      hello: () => ({
        nick: this.nick,
        room: this.room,
        resume: this.#resume,
        heartbeat: true,
        encoding: this.#context.encoding.name,
      }),
      heard: (line, isPast) => this.#heard(line, isPast, peer),
      noticed: (text) => this.#noticed(visible(text), peer),
      refused: () => void (this.hasLost = true),
      counted: (number) => this.#count(number),
      placed: (welcome) => this.#placed(welcome),
      opened: () => this.#open(session),
      reopened: () => this.#reopen(),
    });
    using _closing = stop.onStop(() => connection.close());
    const stopReason = () => signal.aborted ? "stopped" : undefined;
    let reason = "end of stream";
    await reportConnection(connection, reporter, stopReason, async () => {
      try {
        await session.run();
      } finally {
        this.#close(session);
      }
    }).catch((error) => {
      reason = reasonOf(error);
      if (!hasGone(error)) throw error;
    });
    this.#sentAway = session.sentAway;
    if (this.#isFinishing || this.#sentAway || signal.aborted) return true;
    if (session.isPlain && !this.#resume && reason === "end of stream") {
      this.#hasClosed = true;
      this.#screen.notice("the server has closed the connection");
      return true;
    }
    throw new PinwireError("link_lost", `the link to ${peer} is lost (${reason})`);
  }

  #open(session: ClientSession): void {
    this.#session = session;
    // One that greets us late may still be one of ours.
    if (!session.isPlain) this.#lostAt = undefined;
    this.#opened.resolve();
    if (this.#isFinishing) session.finish();
  }

  #reopen(): void {
    this.#session = undefined;
    this.#opened = Promise.withResolvers();
  }

  #close(session: ClientSession): void {
    if (this.#session === session) {
      this.#reopen();
      this.#lostAt = this.#context.clock.now();
    }
    const { unconfirmed } = session;
    if (!unconfirmed.length) return;
    this.hasLost = true;
    const what = unconfirmed.length === 1 ? "what was said last" : `the last ${unconfirmed.length} lines`;
    this.#context.reporter.error(
      new PinwireError("unconfirmed", `${what} may not have arrived, from "${visible(unconfirmed[0])}" on`, {
        hint: "look whether somebody answers, or say it again",
      }),
    );
  }

  #placed({ nick, room, session, log, line, past, who }: Welcome): PinwireError | undefined {
    const { nick: wanted, mustBeNamed } = this.#options;
    if (mustBeNamed && wanted !== undefined && nameKey(nick) !== nameKey(wanted) && !this.#resume) {
      return new PinwireError("nick_taken", `the name ${wanted} is taken`, { hint: "choose another --nick" });
    }
    const before = this.#resume;
    const isOther = room !== this.room;
    const known = line - past;
    if (this.#lostAt !== undefined) {
      const away = Math.round((this.#context.clock.now() - this.#lostAt) / 1000);
      this.#screen.notice(`back after ${away} s${past ? `, ${lines(past)} meanwhile` : ""}`);
    }
    this.#lostAt = undefined;
    if (before && !isOther && before.log !== log) this.#screen.notice("the room was made anew");
    else if (before && !isOther) this.#tellGap(known - before.line);
    this.#resume = { session, log, line: known };
    this.nick = nick;
    this.room = room;
    if (isOther) this.names.clear();
    for (const name of who) this.#know(visible(name));
    this.#screen.placed(visible(nick), visible(room));
    if (!before || isOther) this.#screen.notice(visible(`in ${room}: ${listed(who)}`));
    return undefined;
  }

  #heard(line: string, isPast: boolean, peer: string): void {
    const shown = visible(line);
    const { room } = this;
    const said = this.#resume && parseRelayed(shown);
    if (said) {
      const { nick, text, isAction } = said;
      this.#know(nick);
      this.#screen.message({ peer, line: shown, text: isAction ? `/me ${text}` : text, nick, room, isPast });
    } else {
      this.#screen.message({ peer, line: shown, text: shown });
      // Among bare messages it is the other's last word.
      if (!this.#resume && CLOSING_WORDS.includes(shown)) this.#end();
    }
  }

  #noticed(text: string, peer: string): void {
    const { nick, text: said } = parsePrivate(text) ?? {};
    if (nick === undefined || said === undefined) {
      for (const [who, isHere] of arrivalsIn(text)) isHere ? this.#know(who) : this.names.delete(who);
      return this.#screen.notice(text);
    }
    this.#screen.message({ peer, line: `* ${text}`, text: said, nick, isPrivate: true });
  }

  /** Says no more, and leaves. */
  #end(): void {
    this.#isFinishing = true;
    this.#session?.finish();
  }

  /** Whether a numbered line is the next one, or at least a new one; if some are missing, says so. */
  #count(number: number): boolean {
    const resume = this.#resume!;
    if (number <= resume.line) return false;
    this.#tellGap(number - resume.line - 1);
    resume.line = number;
    return true;
  }

  #tellGap(count: number): void {
    if (count > 0) this.#screen.notice(`${lines(count)} missed`);
  }

  #know(name: string): void {
    if (this.names.size < MOST_NAMES) this.names.add(name);
  }
}

const lines = (count: number) => count === 1 ? "1 line" : `${count} lines`;
