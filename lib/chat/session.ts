import { PinwireError } from "../errors.ts";
import { type Decoder, type FrameError, pullFrames, type PullOptions } from "../framing/mod.ts";
import { type Context, FrameErrors, messageEvent, MessageWatch, type WatchOptions } from "../app/mod.ts";
import { type Connection, hasGone, withTimeout } from "../net/mod.ts";
import { clockOfLines } from "../app/clock.ts";
import { guardLines } from "../session/browser_guard.ts";
import { type Decoded, type Encoding, ENCODINGS, openEncoding, visible } from "../text/mod.ts";
import type { LineFormats } from "./rooms/line_format.ts";
import type { Hub } from "./rooms/hub.ts";
import {
  CONTROL_WORD,
  type Hello,
  parseControlLine,
  printControlLine,
  readHello,
  type Resume,
  type Welcome,
} from "./control_lines.ts";
import { execute } from "./execute.ts";
import {
  BYTES_A_LINE,
  CLOSING_WORDS,
  DEAD_AFTER,
  GREETING,
  nameKey,
  parseName,
  PING_AFTER,
} from "./protocol.ts";
import { Subscriber } from "./rooms/subscriber.ts";
import type { Member, Room } from "./rooms/room.ts";
import { DelayQueue } from "./delay_queue.ts";
import { TokenBucket } from "./token_bucket.ts";
import { nicksIn, placeOf } from "./rooms/who.ts";

/** What the connections of a chat server share. */
export interface ChatOptions extends WatchOptions {
  hub: Hub;
  formats: LineFormats;
  /** Whether there is a greeting, and so clients of ours. */
  greeting: boolean;
  /** Bytes that a slow reader may be behind. */
  maxQueue: number;
  /** Lines a second that a member may say; 0 is no limit. */
  rate: number;
}

/** Lines that a member may say at once before its rate counts. */
const BURST = 200;
/** A member that is slowed down for so many ms without end is sent away. */
const FLOOD_TIME = 30_000;
/** A member that has said nothing for so many ms is let in as it is: a client of ours would have told its name. */
const helloDelay = new DelayQueue(200);
/** Characters of a hello that comes in pieces. */
const LONGEST_HELLO = 4_096;
/** Ms of silence of a member that still reads what it was told before. */
const DEAD_AFTER_BUSY = 30_000;
/** What was said to a peer that has ended its side may take so many ms. */
const LAST_WORDS_TIME = 5_000;
/** After so many lines the others have their turn, and the reader of the events has so many ms. */
const NOISY = 256;
const PATIENCE = 1_000;

/** Serves one connection to a chat server until it ends. */
export async function serveMember(
  connection: Connection,
  context: Context,
  options: ChatOptions,
): Promise<void> {
  const { decoder } = context.codec.open();
  const session = new Session(connection, decoder, context, options);
  try {
    const guarded = guardLines(connection, context.codec);
    let loss: unknown;
    // Who leaves our greeting unread resets the connection: what it said before still counts.
    const read = (buffer: Uint8Array) =>
      guarded.read(buffer).then(
        (count) => {
          session.charge((count ?? 0) / BYTES_A_LINE);
          return count;
        },
        (error) => {
          if (!hasGone(error)) throw error;
          loss = error;
          return null;
        },
      );
    await pullFrames({ read }, decoder, session);
    await session.finish();
    session.checkEnd();
    if (loss) throw loss;
  } finally {
    session.close();
  }
}

/** A member by way of a connection. */
class Session implements PullOptions, Member {
  nick = "";
  declare room: Room;
  readonly peer: string;
  isAnnounced = false;
  session?: string;
  readonly subscriber: Subscriber;
  readonly clock;
  #connection: Connection;
  #decoder: Decoder;
  #context: Context;
  #options: ChatOptions;
  #errors: FrameErrors;
  #watch: MessageWatch;
  #encoding: Encoding;
  #bucket?: TokenBucket;
  /** Ms until it may say another line. */
  #wait = 0;
  #slowedSince?: number;
  #isSlowed = false;
  /** Why the connection was ended from here, if it was. */
  #failure?: PinwireError;
  #isOver = false;
  #isWarnedOf = false;
  #pending?: Promise<void>;
  /** The first part of a hello that came in pieces. */
  #fragment = "";
  /** Since the last batch. */
  #lines = 0;
  #heardAt = performance.now();
  #heartbeat?: ReturnType<typeof setInterval>;

  constructor(connection: Connection, decoder: Decoder, context: Context, options: ChatOptions) {
    const { hub, formats, rate, maxQueue } = options;
    this.peer = connection.remote;
    this.#connection = connection;
    this.#decoder = decoder;
    this.#context = context;
    this.#options = options;
    this.#encoding = context.encoding;
    this.#errors = new FrameErrors(context.reporter, connection.remote);
    this.#watch = new MessageWatch(context, options, false);
    if (rate) this.#bucket = new TokenBucket(rate, BURST);
    this.clock = clockOfLines(() => this.#hasLines);
    this.subscriber = new Subscriber(connection, formats.get(context.encoding, false), {
      maxQueue,
      missed: (count) => `* you missed ${count} ${count === 1 ? "line" : "lines"}, you read too slowly`,
      onStalled: () => {
        this.#failure ??= new PinwireError("too_slow", `${this.peer} has stopped reading`, {
          hint: "it was sent away; --max-queue sets how much waits for a slow reader",
        });
        connection.close();
      },
      onUnframed: (error) => this.#errors.report(error),
    });
    if (options.greeting) this.subscriber.tell(GREETING);
    this.subscriber.hold();
    hub.add(this);
    this.tellPast();
    helloDelay.start(this.#settle);
  }

  tell(...lines: string[]): void {
    this.subscriber.tell(...lines);
  }

  tellPast(): void {
    const { formats } = this.#options;
    this.subscriber.tellFrames(this.room.past(formats.get(this.#encoding, false)).frames);
  }

  arrived(): void {
    if (this.session !== undefined) return this.#tellPlace();
    this.tellPast();
    this.tell(placeOf(this));
  }

  end(why: string): void {
    this.#isOver = true;
    helloDelay.cancel(this.#settle);
    this.tell(this.subscriber.format.isNumbered ? `/bye ${why}` : `* ${why}`);
    void withTimeout(PATIENCE, this.subscriber.flushed()).then(() => this.#connection.close());
  }

  onFrame(body: Uint8Array): boolean {
    this.#heardAt = performance.now();
    if (this.#isOver) return false;
    this.#lines++;
    this.charge(1);
    this.#take(body);
    return this.#isOver || this.#watch.isOver || this.#wait > 0 || this.#lines >= NOISY ||
      this.#pending !== undefined || this.#options.hub.caughtUp() !== undefined;
  }

  /** Takes so many lines' worth from what the member may say. */
  charge(lines: number): void {
    if (this.#bucket && lines) this.#wait = this.#bucket.take(lines);
  }

  #take(body: Uint8Array): void {
    const decoded = this.#encoding.decode(body);
    if (!decoded.valid) this.#warnOfEncoding();
    const line = this.#fragment + decoded.text;
    this.#fragment = "";
    if (!this.session && this.#options.greeting && this.#isHello(line)) return;
    if (this.session === undefined || line !== "/ping" && line !== "/pong") this.#onLine(line, body, decoded);
    else if (line === "/ping") this.tell("/pong");
  }

  onBatch(): Promise<void> | undefined {
    if (this.#watch.isOver) {
      // What was said is still told to the others.
      this.#options.hub.flush();
      this.#context.stop.now();
    }
    const pending = this.#pending;
    this.#pending = undefined;
    return pending ?? this.#slowDown() ?? this.#options.hub.caughtUp() ?? this.#patience() ??
      this.#errors.turn();
  }

  onError(error: FrameError): boolean {
    this.#heardAt = performance.now();
    this.charge(1);
    const isTooLong = error.code === "frame_too_long";
    this.tell(isTooLong ? "* that line was too long: say it in parts" : `* ${error.sentence}`);
    if (this.session !== undefined) this.subscriber.tellSurely("/taken");
    return this.#errors.report(error) || this.#wait > 0;
  }

  /** A client of ours ends its lines: half a one is what a lost link has left of it. */
  dropsUnfinished(): boolean {
    return this.session !== undefined;
  }

  /** What was said to a peer that has ended its side still goes out. */
  async finish(): Promise<void> {
    helloDelay.cancel(this.#settle);
    this.#options.hub.remove(this);
    await withTimeout(LAST_WORDS_TIME, this.subscriber.flushed());
  }

  /** @throws {PinwireError} why the connection was ended from here, if it was */
  checkEnd(): void {
    if (this.#failure) throw this.#failure;
  }

  close(): void {
    helloDelay.cancel(this.#settle);
    clearInterval(this.#heartbeat);
    this.#options.hub.remove(this);
    this.subscriber.close();
    this.#errors.close();
  }

  /** Whether the peer ends what it says by newlines: then half a line, held up on its way, is none. */
  get #hasLines(): boolean {
    return this.#decoder.sawNewline !== false;
  }

  #warnOfEncoding(): void {
    if (this.#isWarnedOf) return;
    this.#isWarnedOf = true;
    const what = `what ${this.nick} writes is not ${this.#encoding.name}`;
    const hint = "start the server with the --encoding that its programs write, such as gbk";
    this.#context.reporter.error(new PinwireError("undecodable", what, { hint }), this.peer);
  }

  /** Lets the member in as it is. */
  #settle = (): void => {
    helloDelay.cancel(this.#settle);
    if (this.isAnnounced) return;
    if (this.#options.greeting && !this.subscriber.isBare) this.tell(placeOf(this));
    this.subscriber.release();
    this.#options.hub.announce(this);
  };

  #onLine(line: string, body: Uint8Array, decoded: Decoded): void {
    const isBare = this.subscriber.isBare = !this.#hasLines;
    this.#settle();
    const text = visible(line);
    if (isBare && CLOSING_WORDS.includes(text)) this.#leave();
    else this.#execute(text, body, decoded);
  }

  #execute(line: string, body: Uint8Array, decoded: Decoded): void {
    const { nick, room } = this;
    const before = room.line;
    const wantsToLeave = execute(line, this, this.#options.hub);
    const isSaid = room.line > before;
    if (isSaid && this.#watch.isActive) {
      const event = messageEvent(this.peer, body, decoded);
      this.#context.reporter.report({ ...event, nick, room: room.name });
      this.#watch.passed(decoded.text);
    }
    if (this.session !== undefined) {
      if (nick !== this.nick) this.subscriber.tellSurely(printControlLine(this.#welcome()));
      // What was said brings its own receipt, at its place among the others' lines.
      if (!isSaid) this.subscriber.tellSurely("/taken");
    }
    if (wantsToLeave) this.#leave();
  }

  #leave(): void {
    this.#options.hub.remove(this);
    this.end("bye");
  }

  #isHello(line: string): boolean {
    const control = parseControlLine(line);
    if (control?.say !== "hello") {
      const mayGoOn = !this.#hasLines && line !== "" && line.length <= LONGEST_HELLO &&
        (CONTROL_WORD.startsWith(line) || line.startsWith(CONTROL_WORD));
      if (mayGoOn) this.#fragment = line;
      return mayGoOn;
    }
    this.#pending = this.#onHello(readHello(control.json));
    return true;
  }

  async #onHello(hello: Hello): Promise<void> {
    const { hub, formats } = this.#options;
    helloDelay.cancel(this.#settle);
    if (hello.encoding !== undefined) {
      const encoding = await openEncoding(hello.encoding).catch(() => undefined);
      if (encoding?.asciiNewline && ENCODINGS.includes(encoding.name)) this.#encoding = encoding;
    }
    // It may have been thrown out meanwhile.
    if (this.#isOver) return;
    const { room, subscriber } = this;
    room.leave(this);
    subscriber.become(formats.get(this.#encoding, true));
    room.enter(this);
    const troubles = this.#resume(hello);
    this.session = hub.openSession(this);
    const isSameRoom = nameKey(this.room.name) === nameKey(hello.room ?? "");
    this.#tellPlace(isSameRoom ? hello.resume : undefined);
    subscriber.tell(...troubles);
    subscriber.release();
    hub.announce(this);
    if (hello.heartbeat) this.#heartbeat = setInterval(() => this.#beat(), 1_000);
  }

  /** Gives the member its name and room; says what of them can't be had. */
  #resume({ nick, room, resume }: Hello): string[] {
    const { hub } = this.#options;
    if (resume && hub.takeOver(resume, this)) return [];
    const troubles: string[] = [];
    for (const [name, take] of [[nick, hub.rename], [room, hub.move]] as const) {
      try {
        if (name !== undefined) take.call(hub, this, parseName(name));
      } catch (error) {
        if (!(error instanceof PinwireError)) throw error;
        troubles.push(`* ${error.sentence}`);
      }
    }
    return troubles;
  }

  /** Tells a client of ours where it is, and what was said there before, behind what it knows. */
  #tellPlace(resume?: Resume): void {
    const { room, subscriber } = this;
    const { history } = room;
    const known = history.findLastIndex(({ log, line }) => log === resume?.log && line <= resume.line);
    const { frames, entries } = room.past(subscriber.format, history.slice(known + 1));
    const count = entries.filter(({ log }) => log === room.log).length;
    subscriber.tellSurely(printControlLine(this.#welcome(count)));
    subscriber.tellFrames(frames);
  }

  #welcome(past = 0): Welcome {
    const { rate } = this.#options;
    const { nick, room } = this;
    return {
      nick,
      room: room.name,
      session: this.session!,
      log: room.log,
      line: room.line,
      past,
      ...rate && { rate: [rate, BURST] as [number, number] },
      who: nicksIn(this),
    };
  }

  #beat(): void {
    // Who is slowed down isn't read from.
    if (this.#isSlowed) this.#heardAt = performance.now();
    const silence = performance.now() - this.#heardAt;
    const { isBusy } = this.subscriber;
    if (silence >= (isBusy ? DEAD_AFTER_BUSY : DEAD_AFTER)) {
      const what = `${this.peer} has said nothing for ${DEAD_AFTER / 1000} s`;
      this.#failure ??= new PinwireError("no_heartbeat", what);
      this.#connection.close();
    } else if (silence >= PING_AFTER && !isBusy) {
      this.tell("/ping");
    }
  }

  #slowDown(): Promise<void> | undefined {
    if (this.#bucket?.isCalm) this.#slowedSince = undefined;
    if (!this.#wait) return undefined;
    const wait = this.#wait;
    this.#wait = 0;
    this.#slowedSince ??= performance.now();
    if (performance.now() - this.#slowedSince > FLOOD_TIME) {
      // Whatever else befalls it while it goes, this is why.
      this.#failure = new PinwireError("flood", `${this.peer} said too much for ${FLOOD_TIME / 1000} s`, {
        hint: "it was sent away; --rate sets how much is too much",
      });
      this.#options.hub.remove(this);
      this.end("you say too much");
    }
    this.#isSlowed = true;
    return new Promise((resolve) =>
      setTimeout(() => {
        this.#isSlowed = false;
        resolve();
      }, wait)
    );
  }

  // Only who says much waits for whoever reads the events, and not for long: the others must not stand still.
  #patience(): Promise<void> | undefined {
    if (this.#lines < NOISY) return undefined;
    this.#lines = 0;
    const drained = this.#context.reporter.drained();
    return drained
      ? withTimeout(PATIENCE, drained).then(() => {})
      : new Promise((resolve) => setImmediate(resolve));
  }
}
