import { PinwireError } from "../../errors.ts";
import { ByteBuffer, type Encoder, FrameError, receiveFrames } from "../../framing/mod.ts";
import {
  type Console,
  type Context,
  encodeText,
  FrameErrors,
  MessageWatch,
  openSharedConsole,
  showText,
  type WatchOptions,
} from "../../app/mod.ts";
import type { Clock, Connection, Timer } from "../../net/mod.ts";
import { CLOSING_WORDS } from "../protocol.ts";

/** What `--turns` is told, at either end. */
export interface TurnsOptions extends WatchOptions {
  json: boolean;
}

/** Messages that may come before it is their turn. */
const MOST_HEARD = 100;
/** Ms that the other's answer may take once all is said. */
const LINGER = 2_000;

const outOfTurn = (peer: string) =>
  new PinwireError("out_of_turn", `${peer} says too much before it is its turn`, {
    hint: "the connection was closed; without --turns everybody talks when they like",
  });

/** The prompt when it is our turn, and when it isn't. */
const OURS = "> ";
const WAITING = "… ";

/** One end of a conversation in which each waits for the other's answer. */
export class Dialogue implements AsyncDisposable {
  #speaksFirst: boolean;
  #isOurTurn = false;
  #options: TurnsOptions;
  #context: Context;
  #watch: MessageWatch;
  #console: Console;
  #listening: Promise<void> = Promise.resolve();
  #typed: { line: string; said: () => void }[] = [];
  #heard: Uint8Array[] = [];
  #link?: TurnLink;
  #isBusy = false;
  #hasSaidAll = false;

  private constructor(speaksFirst: boolean, options: TurnsOptions, context: Context, console: Console) {
    this.#speaksFirst = speaksFirst;
    this.#options = options;
    this.#context = context;
    this.#watch = new MessageWatch(context, options, false);
    this.#console = console;
  }

  static async open(speaksFirst: boolean, options: TurnsOptions, context: Context): Promise<Dialogue> {
    const console = await openSharedConsole(WAITING, options.json, context);
    return new Dialogue(speaksFirst, options, context, console);
  }

  /** Whether our side, that of the client, has nothing more to say. */
  get hasEnded(): boolean {
    return this.#speaksFirst && this.#hasSaidAll && !this.#typed.length;
  }

  /** Says what is typed, when it is our turn. */
  listenToConsole(): void {
    const listen = async () => {
      for await (const line of this.#console.lines) {
        const said = this.#type(line);
        // A script's lines wait for their turn, a person may go on typing.
        if (!this.#console.isTerminal) await said;
      }
      this.#hasSaidAll = true;
      if (this.#console.isTerminal) this.#typed = [];
      this.#finish();
    };
    this.#console.prompt();
    this.#listening = listen();
  }

  /** Talks over a connection until it ends; true if the last word was said. */
  async converse(connection: Connection): Promise<boolean> {
    const { reporter, codec, clock } = this.#context;
    const { decoder, encoder } = codec.open();
    const errors = new FrameErrors(reporter, connection.peer.name, clock);
    const link = this.#link = new TurnLink(connection, encoder, clock);
    this.#heard = [];
    this.#setTurn(this.#speaksFirst);
    void this.#goOn(link);
    try {
      await receiveFrames(connection, decoder, {
        onFrame: (body) => {
          if (this.#heard.length >= MOST_HEARD) throw outOfTurn(link.peer);
          this.#heard.push(body.slice());
          void this.#goOn(link);
        },
        onBatch: () => errors.turn(),
        onError: (error) => errors.report(error),
        clock,
      });
    } finally {
      link.close();
      errors.close();
      this.#link = undefined;
      this.#setTurn(false);
    }
    return link.isThrough;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#console.close();
    this.#context.stop.now();
    for (const { said } of this.#typed) said();
    await this.#listening;
  }

  #type(line: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#typed.push({ line, said: resolve });
    if (this.#link && this.#isOurTurn) void this.#goOn(this.#link);
    else if (this.#console.isTerminal) {
      this.#console.print(
        `* ${this.#link ? "it is their turn" : "nobody is there yet"}: this is said when it is yours`,
      );
    }
    return promise;
  }

  /** Does all that can be done without waiting for the other, or for a line to be typed. */
  async #goOn(link: TurnLink): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (link === this.#link && !link.isThrough && !link.isClosed) {
      if (this.#isOurTurn) {
        const next = this.#typed.shift();
        if (!next) break;
        await this.#say(next.line, link);
        next.said();
      } else {
        const body = this.#heard.shift();
        if (!body) break;
        this.#hear(body, link);
      }
    }
    this.#isBusy = false;
    this.#finish();
    if (link.isThrough) link.close();
  }

  async #say(line: string, link: TurnLink): Promise<void> {
    const body = encodeText(this.#context, line);
    try {
      // Of an empty message nothing crosses the wire: the other would wait for ever.
      if (!await link.say(body)) return;
    } catch (error) {
      // What no frame can hold is reported, and it is still our turn; reading notices a lost link.
      if (error instanceof FrameError) this.#context.reporter.error(error, link.peer);
      else link.close();
      return;
    }
    this.#watch.sent(body);
    this.#setTurn(false);
    this.#check(line, link);
  }

  #hear(body: Uint8Array, link: TurnLink): void {
    let text = "";
    this.#watch.received(link.peer, body, (event) => {
      text = event.text;
      if (this.#options.json) this.#context.reporter.report(event);
      else this.#console.print(showText(event));
    });
    this.#setTurn(true);
    this.#check(text, link);
  }

  #check(text: string, link: TurnLink): void {
    if (CLOSING_WORDS.includes(text) || this.#watch.isOver) link.isThrough = true;
  }

  /** At the end of stdin a client ends its side; a server stays. */
  #finish(): void {
    if (this.hasEnded) this.#link?.finish();
  }

  #setTurn(isOurs: boolean): void {
    this.#isOurTurn = isOurs;
    this.#console.retitle(isOurs ? OURS : WAITING);
    if (isOurs) this.#console.prompt();
  }
}

/** A way to the other end. */
class TurnLink {
  readonly peer: string;
  /** Whether the last word was said. */
  isThrough = false;
  isClosed = false;
  #connection: Connection;
  #encoder: Encoder;
  #out = new ByteBuffer();
  #clock: Clock;
  #lingering?: Timer;

  constructor(connection: Connection, encoder: Encoder, clock: Clock) {
    this.#clock = clock;
    this.peer = connection.peer.name;
    this.#connection = connection;
    this.#encoder = encoder;
  }

  /** False if there was nothing to write. */
  async say(body: Uint8Array): Promise<boolean> {
    this.#out.clear();
    this.#encoder.encode(body, this.#out);
    if (!this.#out.length) return false;
    await this.#connection.write(this.#out.bytes());
    return true;
  }

  /** Ends our side; the other has a while to answer. */
  finish(): void {
    if (this.#lingering !== undefined) return;
    this.#lingering = this.#clock.after(LINGER, () => this.#connection.close());
    this.#connection.closeWrite().catch(() => {});
  }

  close(): void {
    this.isClosed = true;
    this.#lingering?.cancel();
    this.#connection.close();
  }
}
