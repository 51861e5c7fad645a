import { type Context, encodeText } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { ByteBuffer, type Encoder, endingLines } from "../../framing/mod.ts";
import type { Connection, Timer } from "../../net/mod.ts";
import { Session } from "../../session/mod.ts";
import { visible } from "../../text/mod.ts";
import {
  type Hello,
  parseControlLine,
  parseNumbered,
  printControlLine,
  readWelcome,
  type Welcome,
} from "../control_lines.ts";
import { DEAD_AFTER, GREETING, PING_AFTER } from "../protocol.ts";
import { isSpoken } from "../verbs.ts";
import { ECHO, EchoWatch, HTTP } from "./echo_watch.ts";
import { Pace } from "./pace.ts";

/** Ms of silence after which a server is none of ours. */
const GREETING_TIME = 1_000;
/** Ms within which a server of ours must let us in. */
const WELCOME_TIME = 5_000;
/** Ms that a server that isn't ours may take for its answer once everything is said. */
const LINGER = 2_000;

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

/**
 * What is known of the server: nothing yet, that it has greeted us and owes a welcome, that it is one of ours, or that
 * it is `plain`: it is sent bare messages, and may still turn out to be a slow one of ours.
 */
type Stage = "new" | "greeted" | "ours" | "plain";

/** One link of a client: finds out whether the server is one of ours, and talks with it as that wants. */
export class ClientSession extends Session {
  /** Why the server doesn't want us any more. */
  sentAway?: PinwireError;
  #handlers: SessionHandlers;
  #stage: Stage = "new";
  /** Lines are framed so; a server of ours is always sent ends of lines. */
  #framing: Encoder;
  /** The first part of a greeting that came in pieces. */
  #fragment = "";
  #pace: Pace;
  #echo = new EchoWatch();
  #isFinishing = false;
  /** Whether something was said, or heard, so that a greeting comes too late. */
  #hasTalked = false;
  #isDeaf = false;
  #isAnswering = false;
  #isResumed = false;
  #pastUpTo = 0;
  /** Ends the wait for the greeting, the welcome, or after the last word. */
  #patience: Timer;

  constructor(connection: Connection, context: Context, handlers: SessionHandlers) {
    super(connection, context);
    this.#handlers = handlers;
    this.#pace = new Pace(this.clock);
    this.#framing = this.encoder;
    this.#patience = this.clock.after(GREETING_TIME, () => this.#takeForPlain());
  }

  /** Whether the server is none of ours: it is sent bare messages. */
  get isPlain(): boolean {
    return this.#stage === "plain";
  }

  /** What was said and not yet taken by a server of ours, oldest first. */
  get unconfirmed(): readonly string[] {
    return this.#pace.unconfirmed;
  }

  onFrame(body: Uint8Array): void {
    this.heartbeat?.heard();
    const { encoding, reporter } = this.context;
    const { text, valid } = encoding.decode(body);
    if (!valid) reporter.undecodable(body, this.peer.name, encoding);
    const line = this.#fragment + text;
    this.#fragment = "";
    switch (this.#stage) {
      case "new":
        return this.#onFirstLine(line);
      case "greeted":
      case "ours":
        return this.#onLine(line);
      case "plain":
        if (line === GREETING && !this.#hasTalked) {
          this.#handlers.reopened();
          return this.#greet();
        }
        this.#hear(line);
        if (this.#echo.notices(line)) this.#handlers.noticed(ECHO);
        if (this.#isFinishing) this.#linger();
    }
  }

  override onBatch(): Promise<void> | undefined {
    const drained = this.context.reporter.drained();
    if (!drained) return this.errors.turn();
    // While our own reader is slow nothing is heard, which says nothing about the server.
    this.#isDeaf = true;
    return drained.then(() => {
      this.#isDeaf = false;
      this.heartbeat?.heard();
    });
  }

  /** A server of ours ends its lines: half a one is what a lost link has left of it. */
  dropsUnfinished(): boolean {
    return this.#stage === "ours";
  }

  /** Half a line of a server that ends its lines is held up on its way, and no message. */
  waitsForEnd(): boolean {
    return this.decoder.sawNewline !== false;
  }

  /** Done when the next line may be said: the server must not take us for a flooder, nor a dead link swallow all. */
  pace(): Promise<void> {
    return this.#pace.turn();
  }

  /** Writes a line; if that fails, the link is lost and whoever reads from it learns that. */
  async say(line: string): Promise<void> {
    if (!this.isPlain && (line === "/ping" || line === "/pong")) {
      return this.#handlers.noticed(`there is no ${line}: /help lists what there is`);
    }
    this.#hasTalked = true;
    const out = new ByteBuffer();
    try {
      this.#framing.encode(encodeText(this.context, line), out);
    } catch (error) {
      // What no frame can hold is reported, and concerns no other line.
      this.errors.report(error);
      return;
    }
    this.#echo.said(line);
    if (this.isPlain) this.#pace.saidBare();
    else this.#pace.said(line, out.length);
    await this.#write(out);
  }

  /** Ends the sending side. */
  finish(): void {
    if (this.#isFinishing) return;
    this.#isFinishing = true;
    this.connection.closeWrite().catch(() => {});
    if (this.isPlain) this.#linger();
  }

  protected override over(): void {
    this.#pace.close();
    this.#patience.cancel();
  }

  #onFirstLine(line: string): void {
    if (line === GREETING) {
      this.#greet();
    } else if (!this.decoder.sawNewline && GREETING.startsWith(line)) {
      this.#fragment = line;
    } else {
      this.#takeForPlain();
      this.#hear(line);
    }
  }

  #hear(line: string): void {
    this.#hasTalked = true;
    this.#handlers.heard(line, false);
    if (this.#echo.isHttp(line)) this.#handlers.noticed(HTTP);
  }

  #greet(): void {
    this.#stage = "greeted";
    this.#patience.cancel();
    this.#patience = this.clock.after(WELCOME_TIME, () => {
      this.close(new PinwireError("no_welcome", `${this.peer.name} doesn't let us in`));
    });
    this.#framing = endingLines(this.context.codec).open().encoder;
    const hello = this.#handlers.hello();
    this.#isResumed = hello.resume !== undefined;
    void this.#tell(printControlLine(hello));
  }

  #onLine(line: string): void {
    const control = parseControlLine(line);
    const welcome = control?.say === "hello" ? readWelcome(control.json) : undefined;
    if (welcome) return this.#onWelcome(welcome);
    // What comes before the welcome is not meant for us.
    if (this.#stage === "greeted") return;
    if (control?.say === "ping") return void this.#answer();
    if (control?.say === "bye") return this.#onBye(control.why);
    if (control?.say === "taken") {
      const taken = this.#pace.taken();
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
    if (this.sentAway) return this.close();
    const wasIn = this.#stage === "ours";
    // A client that has come back has missed all this: to it that is new.
    if (!this.#isResumed || wasIn) this.#pastUpTo = welcome.line;
    if (wasIn) return;
    this.#stage = "ours";
    this.#patience.cancel();
    this.#beat();
    const { rate } = welcome;
    if (rate) this.#pace.limit(rate);
    this.#handlers.opened();
  }

  #onBye(why: string): void {
    if (!this.#isFinishing) {
      this.sentAway = new PinwireError("sent_away", `the server has ended the session (${visible(why)})`);
    }
    this.close();
  }

  #takeForPlain(): void {
    this.#patience.cancel();
    this.#stage = "plain";
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
    this.#framing.encode(this.context.encoding.encode(line).bytes, out);
    await this.#write(out);
  }

  async #write(out: ByteBuffer): Promise<void> {
    this.heartbeat?.said();
    try {
      await this.connection.write(out.bytes());
    } catch (error) {
      this.close(error);
    }
  }

  // A server that isn't ours may never end its side.
  #linger(): void {
    this.#patience.cancel();
    this.#patience = this.clock.after(LINGER, () => this.close());
  }

  #beat(): void {
    this.keepAlive({
      ping: PING_AFTER,
      dead: DEAD_AFTER,
      // A server with too much to tell doesn't ask: it has to hear from us all the same.
      talks: true,
      ask: () => {
        if (!this.#isFinishing) void this.#tell("/ping");
      },
      isDeaf: () => this.#isDeaf,
    });
  }
}
