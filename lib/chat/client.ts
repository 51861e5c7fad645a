import { PinwireError } from "../errors.ts";
import {
  ByteBuffer,
  type Decoder,
  type Encoder,
  FrameError,
  type Framing,
  pullFrames,
  type PullOptions,
} from "../framing/mod.ts";
import {
  type Address,
  type Connection,
  type Context,
  encodeText,
  FrameErrors,
  hasGone,
  reasonOf,
} from "../net/mod.ts";
import { clockOfLines } from "../net/clock.ts";
import { redial } from "../net/redial.ts";
import { visible } from "../text/mod.ts";
import { Forms } from "./form.ts";
import {
  type Hello,
  parseLinkTalk,
  parseNumbered,
  printLink,
  readWelcome,
  type Resume,
  type Welcome,
} from "./link.ts";
import { DEAD_AFTER, GREETING, LAST_WORDS, parseRelayed, PING_AFTER } from "./protocol.ts";
import { TokenBucket } from "./token_bucket.ts";

/** What a client is told on its command line. */
export interface ClientOptions {
  nick?: string;
  room?: string;
  ca?: string;
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
}

/** Where a client shows what it hears. */
export interface Screen {
  message(message: Message): void;
  /** Something that is nobody's words, from the server or the client itself, safe for a terminal. */
  notice(text: string): void;
  /** The server calls it so. */
  named(nick: string): void;
}

/** A server that has said nothing for so many ms is none of ours. */
const GREETING_TIME = 500;
/** A server of ours must let us in within so many ms. */
const WELCOME_TIME = 5_000;
/** Once everything is said, a server that isn't ours may answer for so many ms. */
const LINGER = 2_000;
/** What of the server's limit a client uses, so that it never counts as a flooder. */
const SHARE = 0.9;
const BURST_SHARE = 0.5;
/** Names that are remembered for completion. */
const MOST_NAMES = 1_000;

/**
 * A person's way into a chat: dials, tells its name, and dials again when the link is lost. To a server that is none
 * of ours it says bare messages.
 */
export class ChatClient {
  /** Who was heard of in this room. */
  readonly names = new Set<string>();
  /** Whether something that was said may not have arrived. */
  hasLost = false;
  /** How it was called and where it was last. */
  nick?: string;
  room?: string;
  #options: ClientOptions;
  #context: Context;
  #screen: Screen;
  #session?: Session;
  #resume?: Resume;
  #saying: Promise<void> = Promise.resolve();
  #opened = Promise.withResolvers<void>();
  #isFinishing = false;
  #isOver = false;
  #lostAt?: number;

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
   * Listens until the server sends it away, {@linkcode finish} is through or the context stops.
   *
   * @throws {PinwireError} what the first dial throws; `sent_away`
   */
  async run(address: Address): Promise<void> {
    const options = { ca: this.#options.ca, firstMustHold: true };
    try {
      await redial(address, options, this.#context, (connection) => this.#serve(connection));
    } finally {
      this.#isOver = true;
      this.#opened.resolve();
    }
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
    this.#isFinishing = true;
    this.#session?.finish();
    // There is nothing left for which a lost link would have to come back.
    if (this.#lostAt !== undefined) this.#context.stop.now();
  }

  async #sayNow(line: string): Promise<void> {
    while (!this.#isOver && !this.#isFinishing) {
      await this.#opened.promise;
      const session = this.#session;
      await session?.pace();
      // It may have gone meanwhile.
      if (!session || session !== this.#session) continue;
      await session.say(line);
      if (!session.isPlain || !LAST_WORDS.includes(line)) return;
      this.#isFinishing = true;
      session.finish();
    }
  }

  async #serve(connection: Connection): Promise<boolean> {
    const { reporter, stop: { signal }, codec } = this.#context;
    const peer = connection.remote;
    reporter.report({ event: "connected", peer });
    const framing = codec.open();
    const session = new Session(connection, framing, this.#context, {
      hello: () => ({
        nick: this.nick,
        room: this.room,
        resume: this.#resume,
        heartbeat: true,
        encoding: this.#context.encoding.name,
      }),
      heard: (line) => this.#heard(line, peer),
      noticed: (text) => this.#noticed(visible(text)),
      counted: (number) => this.#count(number),
      placed: (welcome) => this.#placed(welcome),
      opened: () => this.#open(session),
    });
    const close = () => connection.close();
    signal.addEventListener("abort", close);
    if (signal.aborted) close();
    let reason = "end of stream";
    try {
      await pullFrames(connection, framing.decoder, session);
      session.checkEnd();
    } catch (error) {
      reason = reasonOf(error);
      if (!hasGone(error)) throw error;
    } finally {
      signal.removeEventListener("abort", close);
      this.#close(session);
      connection.close();
      reporter.report({ event: "disconnected", peer, reason: signal.aborted ? "stopped" : reason });
    }
    if (this.#isFinishing || signal.aborted) return true;
    throw new PinwireError("link_lost", `the link to ${peer} is lost (${reason})`);
  }

  #open(session: Session): void {
    this.#session = session;
    this.#opened.resolve();
    if (this.#isFinishing) session.finish();
  }

  #close(session: Session): void {
    session.close();
    if (this.#session === session) {
      this.#session = undefined;
      this.#opened = Promise.withResolvers();
      this.#lostAt = Date.now();
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

  #placed({ nick, room, session, log, line, past, who }: Welcome): void {
    const before = this.#resume;
    const isOther = room !== this.room;
    const known = line - past;
    if (this.#lostAt !== undefined) {
      const away = Math.round((Date.now() - this.#lostAt) / 1000);
      this.#screen.notice(`back after ${away} s${past ? `, ${lines(past)} meanwhile` : ""}`);
    }
    this.#lostAt = undefined;
    if (before && before.log !== log) this.#screen.notice("the server was started anew");
    else if (before && !isOther) this.#tellGap(known - before.line);
    this.#resume = { session, log, line: known };
    this.nick = nick;
    this.room = room;
    if (isOther) this.names.clear();
    for (const name of who) this.#know(name);
    this.#screen.named(nick);
  }

  #heard(line: string, peer: string): void {
    const shown = visible(line);
    const { room } = this;
    const said = this.#resume && parseRelayed(shown);
    if (!said) return this.#screen.message({ peer, line: shown, text: shown });
    const { nick, text, isAction } = said;
    this.#know(nick);
    this.#screen.message({ peer, line: shown, text: isAction ? `/me ${text}` : text, nick, room });
  }

  #noticed(text: string): void {
    // Everybody in the room is told, but we know.
    if (text !== `${this.nick} has joined`) this.#screen.notice(text);
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

/** What a session tells its client. */
interface SessionHandlers {
  hello(): Hello;
  /** Somebody's words. */
  heard(line: string): void;
  /** A line from the server itself. */
  noticed(text: string): void;
  /** A line has this number; false if it was there before. */
  counted(number: number): boolean;
  placed(welcome: Welcome): void;
  /** From now on lines can be said. */
  opened(): void;
}

/** One link of a client. */
class Session implements PullOptions {
  readonly clock;
  /** What was said and not yet taken by a server of ours, oldest first. */
  readonly unconfirmed: string[] = [];
  #connection: Connection;
  #decoder: Decoder;
  #encoder: Encoder;
  #context: Context;
  #handlers: SessionHandlers;
  #errors: FrameErrors;
  #place: "new" | "greeted" | "ours" | "plain" = "new";
  /** The first part of a greeting that came in pieces. */
  #fragment = "";
  #bucket?: TokenBucket;
  #wait = 0;
  #heardAt = performance.now();
  #openedAt = performance.now();
  #isFinishing = false;
  #failure?: PinwireError;
  #heartbeat: ReturnType<typeof setInterval>;
  #greetingTimer: ReturnType<typeof setTimeout>;
  #lingerTimer?: ReturnType<typeof setTimeout>;

  constructor(
    connection: Connection,
    { decoder, encoder }: Framing,
    context: Context,
    handlers: SessionHandlers,
  ) {
    this.#connection = connection;
    this.#decoder = decoder;
    this.#encoder = encoder;
    this.#context = context;
    this.#handlers = handlers;
    this.#errors = new FrameErrors(context.reporter, connection.remote);
    this.clock = clockOfLines(() => decoder.sawNewline ?? context.codec.spec !== "raw");
    this.#heartbeat = setInterval(() => this.#beat(), 1_000);
    this.#greetingTimer = setTimeout(() => this.#takeForPlain(), GREETING_TIME);
  }

  /** Whether the server is none of ours: it is sent bare messages. */
  get isPlain(): boolean {
    return this.#place === "plain";
  }

  onFrame(body: Uint8Array): void {
    this.#heardAt = performance.now();
    const line = this.#fragment + this.#context.encoding.decode(body).text;
    this.#fragment = "";
    switch (this.#place) {
      case "new":
        return this.#onFirstLine(line);
      case "greeted":
      case "ours":
        return this.#onLine(line);
      case "plain":
        this.#handlers.heard(line);
        if (this.#isFinishing) this.#linger();
    }
  }

  onBatch(): Promise<void> | undefined {
    return this.#context.reporter.drained() ?? this.#errors.turn();
  }

  onError(error: FrameError): boolean {
    return this.#errors.report(error);
  }

  /** Done when the next line may be said, so that the server doesn't take us for a flooder. */
  async pace(): Promise<void> {
    const wait = this.#wait;
    this.#wait = 0;
    if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
  }

  /** Writes a line; if that fails, the link is lost and whoever reads from it learns that. */
  async say(line: string): Promise<void> {
    if (!this.isPlain) this.unconfirmed.push(line);
    this.#wait = this.#bucket?.take() ?? 0;
    await this.#write(line);
  }

  /** Ends the sending side. */
  finish(): void {
    if (this.#isFinishing) return;
    this.#isFinishing = true;
    this.#connection.closeWrite().catch(() => {});
    if (this.isPlain) this.#linger();
  }

  /** @throws {PinwireError} why the link was ended from here, if it was */
  checkEnd(): void {
    if (this.#failure) throw this.#failure;
  }

  close(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#greetingTimer);
    clearTimeout(this.#lingerTimer);
    this.#errors.close();
  }

  #onFirstLine(line: string): void {
    if (line === GREETING) {
      clearTimeout(this.#greetingTimer);
      this.#place = "greeted";
      this.#encoder = new Forms(this.#context.codec).encoder();
      void this.#write(printLink(this.#handlers.hello()));
    } else if (!this.#decoder.sawNewline && GREETING.startsWith(line)) {
      this.#fragment = line;
    } else {
      this.#takeForPlain();
      this.#handlers.heard(line);
    }
  }

  #onLine(line: string): void {
    const talk = parseLinkTalk(line);
    const welcome = talk?.say === "hello" ? readWelcome(talk.json) : undefined;
    if (welcome) return this.#onWelcome(welcome);
    // What comes before the welcome is not meant for us.
    if (this.#place === "greeted") return;
    if (talk?.say === "ping") return void this.#write("/pong");
    if (talk?.say === "bye") return this.#onBye(talk.why);
    if (talk?.say === "taken") {
      this.unconfirmed.shift();
      if (talk.line !== undefined) this.#handlers.counted(talk.line);
      return;
    }
    if (talk) return;
    const one = parseNumbered(line);
    if (one) {
      if (this.#handlers.counted(one.number)) this.#handlers.heard(one.line);
    } else if (line.startsWith("* ")) this.#handlers.noticed(line.slice(2));
    else this.#handlers.heard(line);
  }

  #onWelcome(welcome: Welcome): void {
    this.#handlers.placed(welcome);
    if (this.#place === "ours") return;
    this.#place = "ours";
    const { rate } = welcome;
    if (rate) this.#bucket = new TokenBucket(rate[0] * SHARE, rate[1] * BURST_SHARE);
    this.#handlers.opened();
  }

  #onBye(why: string): void {
    if (!this.#isFinishing) {
      this.#failure = new PinwireError("sent_away", `the server says goodbye: ${visible(why)}`, {
        exitCode: 1,
      });
    }
    this.#connection.close();
  }

  #takeForPlain(): void {
    clearTimeout(this.#greetingTimer);
    this.#place = "plain";
    if (this.#fragment) this.#handlers.heard(this.#fragment);
    this.#fragment = "";
    this.#handlers.opened();
  }

  async #write(line: string): Promise<void> {
    const out = new ByteBuffer();
    try {
      this.#encoder.encode(encodeText(this.#context, line), out);
      await this.#connection.write(out.bytes());
    } catch (error) {
      if (error instanceof FrameError) this.#context.reporter.error(error);
      else this.#connection.close();
    }
  }

  // A server that isn't ours may never end its side.
  #linger(): void {
    clearTimeout(this.#lingerTimer);
    this.#lingerTimer = setTimeout(() => this.#connection.close(), LINGER);
  }

  #beat(): void {
    const now = performance.now();
    const silence = now - this.#heardAt;
    const { remote } = this.#connection;
    if (this.#place === "greeted" && now - this.#openedAt > WELCOME_TIME) {
      this.#fail(new PinwireError("no_welcome", `${remote} doesn't let us in`));
    } else if (this.#place !== "ours") {
      return;
    } else if (silence >= DEAD_AFTER) {
      this.#fail(
        new PinwireError("no_heartbeat", `${remote} has said nothing for ${DEAD_AFTER / 1000} s`),
      );
    } else if (silence >= PING_AFTER && !this.#isFinishing) {
      void this.#write("/ping");
    }
  }

  #fail(failure: PinwireError): void {
    this.#failure = failure;
    this.#connection.close();
  }
}
