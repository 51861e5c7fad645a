import { PinwireError } from "../../errors.ts";
import {
  ByteBuffer,
  type Decoder,
  type Encoder,
  endingLines,
  type FrameError,
  type Framing,
  type PullOptions,
} from "../../framing/mod.ts";
import { type Context, encodeText, FrameErrors } from "../../app/mod.ts";
import { type Connection, withTimeout } from "../../net/mod.ts";
import { clockOfLines } from "../../app/clock.ts";
import { visible } from "../../text/mod.ts";
import {
  type Hello,
  parseControlLine,
  parseNumbered,
  printControlLine,
  readWelcome,
  type Welcome,
} from "../control_lines.ts";
import { BARE_GAP, BYTES_A_LINE, DEAD_AFTER, GREETING, isSpoken, PING_AFTER } from "../protocol.ts";
import { TokenBucket } from "../token_bucket.ts";

/** A server that has said nothing for so many ms is none of ours. */
const GREETING_TIME = 1_000;
/** A server of ours must let us in within so many ms. */
const WELCOME_TIME = 5_000;
/** Once everything is said, a server that isn't ours may answer for so many ms. */
const LINGER = 2_000;
/** What of the server's limit a client uses, so that it never counts as a flooder. */
const SHARE = 0.9;
const BURST_SHARE = 0.85;

/** What a session tells its client. */
export interface SessionHandlers {
  hello(): Hello;
  /** Somebody's words; `isPast` if they were said before we came. */
  heard(line: string, isPast: boolean): void;
  /** A line from the server itself. */
  noticed(text: string): void;
  /** A line was not told the room; why, a notice says. */
  refused(): void;
  /** A line has this number; false if it was there before. */
  counted(number: number): boolean;
  /** Takes the place that the server gives, or says why it can't be taken. */
  placed(welcome: Welcome): PinwireError | undefined;
  /** From now on lines can be said. */
  opened(): void;
  /** The server is one of ours after all: lines have to wait for its welcome. */
  reopened(): void;
}

/** One link of a client: finds out whether the server is one of ours, and talks with it as that wants. */
export class ClientSession implements PullOptions {
  readonly clock;
  /** What was said and not yet taken by a server of ours, oldest first. */
  readonly unconfirmed: string[] = [];
  /** Why the server doesn't want us any more. */
  sentAway?: PinwireError;
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
  #greetedAt = 0;
  #isFinishing = false;
  #hasSaid = false;
  #hasHeard = false;
  #isWaiting = false;
  #isAnswering = false;
  #closed = Promise.withResolvers<void>();
  #toldAt = performance.now();
  #isResumed = false;
  #pastUpTo = 0;
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
    this.clock = clockOfLines(() => decoder.sawNewline !== false);
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
        if (line === GREETING && !this.#hasSaid && !this.#hasHeard) {
          this.#handlers.reopened();
          return this.#greet();
        }
        this.#hasHeard = true;
        this.#handlers.heard(line, false);
        if (this.#isFinishing) this.#linger();
    }
  }

  onBatch(): Promise<void> | undefined {
    const drained = this.#context.reporter.drained();
    if (!drained) return this.#errors.turn();
    // While our own reader is slow nothing is heard, and nobody is dead for that.
    this.#isWaiting = true;
    return drained.then(() => {
      this.#isWaiting = false;
      this.#heardAt = performance.now();
    });
  }

  onError(error: FrameError): boolean {
    return this.#errors.report(error);
  }

  /** A server of ours ends its lines: half a one is what a lost link has left of it. */
  dropsUnfinished(): boolean {
    return this.#place === "ours";
  }

  /** Done when the next line may be said, so that the server doesn't take us for a flooder. */
  async pace(): Promise<void> {
    const wait = this.#wait;
    this.#wait = 0;
    if (wait) await withTimeout(wait, this.#closed.promise);
  }

  /** Writes a line; if that fails, the link is lost and whoever reads from it learns that. */
  async say(line: string): Promise<void> {
    if (!this.isPlain && (line === "/ping" || line === "/pong")) {
      return this.#handlers.noticed(`there is no ${line}: /help lists what there is`);
    }
    this.#hasSaid = true;
    const out = new ByteBuffer();
    try {
      this.#encoder.encode(encodeText(this.#context, line), out);
    } catch (error) {
      // What no frame can hold is reported, and concerns no other line.
      this.#errors.report(error);
      return;
    }
    this.#wait = this.isPlain ? BARE_GAP : this.#bucket?.take(1 + out.length / BYTES_A_LINE) ?? 0;
    if (!this.isPlain) this.unconfirmed.push(line);
    await this.#write(out);
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
    this.#closed.resolve();
    clearInterval(this.#heartbeat);
    clearTimeout(this.#greetingTimer);
    clearTimeout(this.#lingerTimer);
    this.#errors.close();
  }

  #onFirstLine(line: string): void {
    if (line === GREETING) {
      this.#greet();
    } else if (!this.#decoder.sawNewline && GREETING.startsWith(line)) {
      this.#fragment = line;
    } else {
      this.#takeForPlain();
      this.#hasHeard = true;
      this.#handlers.heard(line, false);
    }
  }

  #greet(): void {
    clearTimeout(this.#greetingTimer);
    this.#place = "greeted";
    this.#greetedAt = performance.now();
    this.#encoder = endingLines(this.#context.codec).open().encoder;
    const hello = this.#handlers.hello();
    this.#isResumed = hello.resume !== undefined;
    void this.#tell(printControlLine(hello));
  }

  #onLine(line: string): void {
    const control = parseControlLine(line);
    const welcome = control?.say === "hello" ? readWelcome(control.json) : undefined;
    if (welcome) return this.#onWelcome(welcome);
    // What comes before the welcome is not meant for us.
    if (this.#place === "greeted") return;
    if (control?.say === "ping") return void this.#answer();
    if (control?.say === "bye") return this.#onBye(control.why);
    if (control?.say === "taken") {
      const taken = this.unconfirmed.shift();
      if (control.line !== undefined) this.#handlers.counted(control.line);
      else if (taken !== undefined && isSpoken(taken)) this.#handlers.refused();
      return;
    }
    if (control) return;
    const one = parseNumbered(line);
    if (one) {
      const isPast = one.number <= this.#pastUpTo;
      if (this.#handlers.counted(one.number)) this.#handlers.heard(one.line, isPast);
    } else if (line.startsWith("* ")) this.#handlers.noticed(line.slice(2));
    else this.#handlers.heard(line, true);
  }

  #onWelcome(welcome: Welcome): void {
    this.sentAway = this.#handlers.placed(welcome);
    if (this.sentAway) return this.#connection.close();
    // Behind what it knew a client that has come back has missed all this.
    if (!this.#isResumed || this.#place === "ours") this.#pastUpTo = welcome.line;
    if (this.#place === "ours") return;
    this.#place = "ours";
    const { rate } = welcome;
    if (rate) this.#bucket = new TokenBucket(rate[0] * SHARE, rate[1] * BURST_SHARE);
    this.#handlers.opened();
  }

  #onBye(why: string): void {
    if (!this.#isFinishing) {
      this.sentAway = new PinwireError("sent_away", `the server has ended the session (${visible(why)})`);
    }
    this.#connection.close();
  }

  #takeForPlain(): void {
    clearTimeout(this.#greetingTimer);
    this.#place = "plain";
    if (this.#fragment) this.#handlers.heard(this.#fragment, false);
    this.#fragment = "";
    this.#handlers.opened();
  }

  /** Answers a ping, unless another answer is still on its way: a server that doesn't read has no use for more. */
  async #answer(): Promise<void> {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    await this.#tell("/pong");
    this.#isAnswering = false;
  }

  /** What only ends of ours say to each other. */
  async #tell(line: string): Promise<void> {
    const out = new ByteBuffer();
    this.#encoder.encode(this.#context.encoding.encode(line).bytes, out);
    await this.#write(out);
  }

  async #write(out: ByteBuffer): Promise<void> {
    this.#toldAt = performance.now();
    await this.#connection.write(out.bytes()).catch(() => this.#connection.close());
  }

  // A server that isn't ours may never end its side.
  #linger(): void {
    clearTimeout(this.#lingerTimer);
    this.#lingerTimer = setTimeout(() => this.#connection.close(), LINGER);
  }

  #beat(): void {
    const now = performance.now();
    const silence = this.#isWaiting ? 0 : now - this.#heardAt;
    const { remote } = this.#connection;
    if (this.#place === "greeted" && now - this.#greetedAt > WELCOME_TIME) {
      this.#fail(new PinwireError("no_welcome", `${remote} doesn't let us in`));
    } else if (this.#place !== "ours") {
      return;
    } else if (silence >= DEAD_AFTER) {
      this.#fail(
        new PinwireError("no_heartbeat", `${remote} has said nothing for ${DEAD_AFTER / 1000} s`),
      );
    } else if (Math.max(silence, now - this.#toldAt) >= PING_AFTER && !this.#isFinishing) {
      // Also if all that it hears from us is silence: it may have too much to tell to ask.
      void this.#tell("/ping");
    }
  }

  #fail(failure: PinwireError): void {
    this.#failure = failure;
    this.#connection.close();
  }
}
