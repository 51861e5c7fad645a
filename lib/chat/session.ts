import { type Context, messageEvent } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import type { FrameError } from "../framing/mod.ts";
import { afterReady, type Connection, withTimeout } from "../net/mod.ts";
import { Session } from "../session/mod.ts";
import { type Decoded, type Encoding, visible } from "../text/mod.ts";
import { type Hello, printControlLine } from "./control_lines.ts";
import { encodingOf, HelloReader, takePlace, tellPlace, undecodable, welcomeOf } from "./arrival.ts";
import { CLOSING_WORDS, DEAD_AFTER, GREETING, nameKey, PING_AFTER } from "./protocol.ts";
import { inputOf, type MemberInput, textOf } from "./member_input.ts";
import type { LineFormat } from "./rooms/line_format.ts";
import type { Member, Room } from "./rooms/room.ts";
import type { Outcome } from "./rooms/store.ts";
import { Subscriber, type SubscriberOptions } from "./rooms/subscriber.ts";
import { placeOf } from "./rooms/roster.ts";
import type { ChatOptions } from "./session_options.ts";
import { Throttle } from "./throttle.ts";
import { execute } from "./verbs.ts";

/** Ms of silence of a member that still reads what it was told before. */
const DEAD_AFTER_BUSY = 30_000;
/** Ms that what was said to a peer that has ended its side may take. */
const LAST_WORDS_TIME = 5_000;
/** Lines after which the others have their turn, and ms that the reader of the events has then. */
const NOISY = 256;
const PATIENCE = 1_000;

/** How far it is: `arriving` while it may say hello, `in` once the others know of it, `leaving` after its last word. */
type Stage = "arriving" | "in" | "leaving";

/** A member of a chat server by way of a connection. */
export class MemberSession extends Session implements Member, SubscriberOptions {
  nick = "";
  declare room: Room;
  isAnnounced = false;
  session?: string;
  readonly subscriber: Subscriber;
  readonly maxQueue: number;
  #options: ChatOptions;
  #input: MemberInput;
  #encoding: Encoding;
  #throttle?: Throttle;
  #stage: Stage = "arriving";
  #isWarnedOf = false;
  #hellos = new HelloReader();
  /** Since the last batch. */
  #lines = 0;

  /** @param nick what it is called until it says another name */
  constructor(connection: Connection, context: Context, options: ChatOptions, nick: string) {
    const input = inputOf(connection);
    super(textOf(input.connection, context), context);
    const { hub } = options;
    this.#input = input;
    this.#options = options;
    this.maxQueue = options.maxQueue;
    this.#encoding = context.encoding;
    input.onRead = (bytes) => this.#onRead(bytes);
    this.subscriber = new Subscriber(connection, this.#format(false), this.clock, this);
    if (options.greeting) this.subscriber.tell(GREETING);
    this.subscriber.hold();
    hub.add(this, nick);
    this.tellPast();
    options.newcomers.start(this.#settle);
  }

  missed(count: number): string {
    return `* you missed ${count} ${count === 1 ? "line" : "lines"}, you read too slowly`;
  }

  onStalled(): void {
    const hint = "it was sent away; --max-queue sets how much waits for a slow reader";
    this.close(new PinwireError("too_slow", `${this.peer.name} has stopped reading`, { hint }));
  }

  onUnframed(error: unknown): void {
    this.errors.report(error);
  }

  tell(...lines: string[]): void {
    this.subscriber.tell(...lines);
  }

  tellPast(): void {
    this.subscriber.tellFrames(this.room.past(this.#format(false)).frames);
  }

  arrived(): void {
    if (this.session !== undefined) return tellPlace(this, this.#throttle?.limit);
    this.tellPast();
    this.tell(placeOf(this));
  }

  replaced(): void {
    if (this.session !== undefined) this.#tellWelcome();
  }

  end(why: string): void {
    this.#stage = "leaving";
    this.#options.newcomers.cancel(this.#settle);
    this.tell(this.subscriber.format.isNumbered ? `/bye ${why}` : `* ${why}`);
    void withTimeout(PATIENCE, this.subscriber.flushed(), this.clock).then(() => this.close());
  }

  onFrame(body: Uint8Array): Promise<void> | boolean {
    this.heartbeat?.heard();
    if (this.#stage === "leaving" || this.#options.watch.isOver) return false;
    this.#lines++;
    this.#throttle?.charge(1);
    const pending = this.#take(body);
    if (pending) return pending;
    // The stage may have changed meanwhile.
    return (this.#stage as Stage) === "leaving" || this.#options.watch.isOver || this.#throttle?.isDue ||
      this.#lines >= NOISY || this.#options.hub.caughtUp() !== undefined;
  }

  override onBatch(): Promise<void> | undefined {
    if (this.#options.watch.isOver) {
      // What was said is still told to the others.
      this.#options.hub.flush();
      this.context.stop.now();
    }
    return this.#slowDown() ?? this.#options.hub.caughtUp() ?? this.#patience() ?? this.errors.turn();
  }

  override onError(error: FrameError): boolean {
    this.heartbeat?.heard();
    this.#throttle?.charge(1);
    const isTooLong = error.code === "frame_too_long";
    this.tell(isTooLong ? "* that line was too long: say it in parts" : `* ${error.sentence}`);
    if (this.session !== undefined) this.subscriber.tellSurely("/taken");
    return this.errors.report(error) || Boolean(this.#throttle?.isDue);
  }

  /** A client of ours ends its lines: half a one is what a lost link has left of it. */
  dropsUnfinished(): boolean {
    return this.session !== undefined;
  }

  /** Half a line of a peer that ends its lines is held up on its way, and no message. */
  waitsForEnd(): boolean {
    return this.#hasLines;
  }

  protected override async ended(): Promise<void> {
    this.#options.newcomers.cancel(this.#settle);
    this.#options.hub.remove(this);
    await withTimeout(LAST_WORDS_TIME, this.subscriber.flushed(), this.clock);
    if (this.#input.loss) throw this.#input.loss;
  }

  protected override over(): void {
    this.#options.newcomers.cancel(this.#settle);
    this.#options.hub.remove(this);
    this.subscriber.close();
  }

  /** It may have been thrown out, or have gone, while something was waited for. */
  get #hasLeft(): boolean {
    return this.#stage === "leaving" || !this.#options.hub.has(this);
  }

  get #hasLines(): boolean {
    return this.decoder.sawNewline !== false;
  }

  #onRead(bytes: number): void {
    const { rate } = this.#options;
    // Most members of a crowd never say a word.
    if (rate) this.#throttle ??= new Throttle(rate, this.clock);
    this.#throttle?.chargeBytes(bytes);
  }

  #take(body: Uint8Array): Promise<void> | void {
    const decoded = this.#encoding.decode(body);
    if (!decoded.valid) this.#warnOfEncoding(body);
    const { text } = decoded;
    if (this.session !== undefined || !this.#options.greeting) return this.#onLine(text, body, decoded);
    const line = this.#hellos.take(text, this.#hasLines);
    if (typeof line === "object") return this.#onHello(line);
    if (line !== undefined) return this.#onLine(line, body, decoded);
  }

  #format(isNumbered: boolean): LineFormat {
    const isMessage = this.connection.writeFrames !== undefined && this.context.form.cutsLines;
    return this.#options.formats.get(this.#encoding, isNumbered, isMessage);
  }

  #warnOfEncoding(body: Uint8Array): void {
    if (this.#isWarnedOf) return;
    this.#isWarnedOf = true;
    this.context.reporter.error(undecodable(this.nick, body, this.#encoding), this.peer.name);
  }

  /** Lets the member in as it is. */
  #settle = (): void => {
    this.#options.newcomers.cancel(this.#settle);
    if (this.isAnnounced) return;
    if (this.#options.greeting && !this.subscriber.isBare) this.tell(placeOf(this));
    this.#enter();
  };

  #enter(): void {
    this.#stage = "in";
    this.subscriber.release();
    this.#options.hub.announce(this);
  }

  #onLine(line: string, body: Uint8Array, decoded: Decoded): Promise<void> | void {
    if (this.session !== undefined && (line === "/ping" || line === "/pong")) {
      if (line === "/ping") this.tell("/pong");
      return;
    }
    const isBare = this.subscriber.isBare = !this.#hasLines;
    this.#settle();
    const text = visible(line);
    if (isBare && CLOSING_WORDS.includes(text)) this.#leave();
    else return this.#execute(text, body, decoded);
  }

  #execute(line: string, body: Uint8Array, decoded: Decoded): Promise<void> | void {
    const { nick, room } = this;
    const { hub, watch } = this.#options;
    const conclude = (outcome: Outcome) => {
      if (outcome === "said" && watch.isActive) {
        const event = messageEvent(this.peer.name, body, decoded);
        this.context.reporter.report({ ...event, nick, room: room.name });
        watch.passed(decoded.text);
      }
      if (this.session !== undefined) {
        if (nick !== this.nick) this.#tellWelcome();
        // What was said brings its own receipt, at its place among the others' lines.
        if (outcome !== "said") this.subscriber.tellSurely("/taken");
      }
      if (outcome === "leaves") this.#leave();
    };
    const outcome = execute(line, this, hub);
    return outcome instanceof Promise ? outcome.then(conclude) : conclude(outcome);
  }

  #tellWelcome(): void {
    this.subscriber.tellSurely(printControlLine(welcomeOf(this, this.#throttle?.limit)));
  }

  #leave(): void {
    this.#options.hub.remove(this);
    this.end("bye");
  }

  async #onHello(hello: Hello): Promise<void> {
    const { hub, newcomers } = this.#options;
    newcomers.cancel(this.#settle);
    this.#encoding = await encodingOf(hello) ?? this.#encoding;
    const troubles = this.#hasLeft ? [] : await takePlace(this, hello, hub);
    if (this.#hasLeft) return;
    const { room, subscriber } = this;
    // It hears from here on, with numbers; what it has missed it is told now.
    room.leave(this);
    subscriber.become(this.#format(true));
    room.enter(this);
    this.session = hub.openSession(this);
    const isSameRoom = nameKey(room.name) === nameKey(hello.room ?? "");
    tellPlace(this, this.#throttle?.limit, isSameRoom ? hello.resume : undefined);
    subscriber.tell(...troubles);
    this.#enter();
    if (hello.heartbeat) this.#beat();
  }

  #beat(): void {
    const { subscriber } = this;
    this.keepAlive({
      ping: PING_AFTER,
      dead: () => subscriber.isBusy ? DEAD_AFTER_BUSY : DEAD_AFTER,
      insists: true,
      ask: () => subscriber.isBusy || this.tell("/ping"),
      isDeaf: () => Boolean(this.#throttle?.isSlowing),
    });
  }

  #slowDown(): Promise<void> | undefined {
    const slowing = this.#throttle?.slowDown();
    const flood = slowing && this.#throttle?.flood(this.peer.name);
    if (flood && !this.reason) {
      this.reason = flood;
      this.#options.hub.remove(this);
      this.end("you say too much");
    }
    return slowing;
  }

  // A member that says much waits until the events are read, but not for long: the others must not stand still.
  #patience(): Promise<void> | undefined {
    if (this.#lines < NOISY) return undefined;
    this.#lines = 0;
    const drained = this.context.reporter.drained();
    return drained ? withTimeout(PATIENCE, drained, this.clock).then(() => {}) : new Promise(afterReady);
  }
}
