import { PinwireError } from "../errors.ts";
import { type FrameError, pullFrames, type PullOptions } from "../framing/mod.ts";
import { type Context, FrameErrors, MessageWatch, type WatchOptions } from "../app/mod.ts";
import { type Address, type Connection, hasGone, reasonOf, withTimeout } from "../net/mod.ts";
import { clockOfLines } from "../app/clock.ts";
import { bindingOf, type Token } from "../session/token.ts";
import { redial } from "../session/redial.ts";
import type { Device } from "./device.ts";
import { DiallerHandshake } from "./handshake.ts";
import { Outbox } from "./outbox.ts";
import {
  AGENT_PING,
  type Command,
  DEAD_AFTER,
  isLinkTalk,
  type Message,
  parseMessage,
  parseWords,
  printMessage,
  type Word,
} from "./protocol.ts";

/** What an agent is told on its command line. */
export interface AgentOptions extends WatchOptions {
  /** PEM text of certificates to trust beside the system's. */
  ca?: string;
  /** Without a token everything that answers is obeyed. */
  token?: Token;
  /** What the pin does while the link is lost. */
  onDisconnect: "hold" | "off" | "blink";
}

/** How often a pin blinks that has lost its controller, in Hz. */
const LOST_HZ = 2;
/** When the agent stops, what it says may take so many ms. */
const FLUSH_TIME = 2_000;
/** The proof must be there within so many ms. */
const PROOF_TIME = 5_000;

/** A device's way to its controller, opened anew whenever it is lost. */
export class Agent {
  #device: Device;
  #options: AgentOptions;
  #context: Context;
  #session?: AgentSession;
  /** What the pin was before it began to blink for a lost link. */
  #before?: Command;

  constructor(device: Device, options: AgentOptions, context: Context) {
    this.#device = device;
    this.#options = options;
    this.#context = context;
  }

  /** Tells the controller what the pin is, if there is a link. */
  report(on: boolean): void {
    this.#session?.report(on);
  }

  /**
   * Dials and obeys, for ever or until the context stops.
   *
   * @throws {PinwireError} `usage` for what can't be dialled
   */
  async run(address: Address): Promise<void> {
    const options = { ca: this.#options.ca, firstMustHold: false };
    await redial(address, options, this.#context, (connection) => this.#serve(connection));
  }

  async #serve(connection: Connection): Promise<void> {
    const { reporter, stop, codec } = this.#context;
    const peer = connection.remote;
    reporter.report({ event: "connected", peer });
    const session = new AgentSession(
      connection,
      this.#device,
      this.#options,
      this.#context,
      () => this.#onFound(),
    );
    // What is under way is still said.
    using _closing = stop.onStop(() => {
      void withTimeout(FLUSH_TIME, session.flushed()).then(() => connection.close());
    });
    let reason = "end of stream";
    try {
      this.#session = session;
      await pullFrames(connection, codec.open().decoder, session);
      session.checkEnd();
    } catch (error) {
      reason = reasonOf(error);
      if (!hasGone(error)) throw error;
    } finally {
      this.#session = undefined;
      session.close();
      connection.close();
      if (!stop.signal.aborted && session.isProven) this.#onLost();
      reporter.report({ event: "disconnected", peer, reason: stop.signal.aborted ? "stopped" : reason });
    }
  }

  #onLost(): void {
    const { onDisconnect } = this.#options;
    const device = this.#device;
    if (onDisconnect === "off") device.apply({ do: "off" });
    if (onDisconnect !== "blink") return;
    this.#before = device.hz ? { do: "blink", hz: device.hz } : { do: device.on ? "on" : "off" };
    device.blink(LOST_HZ);
  }

  // A pin that blinked for its lost link is again what it was.
  #onFound(): void {
    if (this.#before) this.#device.apply(this.#before);
    this.#before = undefined;
  }
}

/** One link of an agent. */
class AgentSession implements PullOptions {
  readonly clock = clockOfLines(() => this.#handshake.isGreeted);
  #onFound: () => void;
  #connection: Connection;
  #device: Device;
  #context: Context;
  #errors: FrameErrors;
  #watch: MessageWatch;
  #outbox: Outbox;
  #handshake: DiallerHandshake;
  #pending?: Promise<void>;
  #openedAt = performance.now();
  #heardAt = performance.now();
  #heartbeat = setInterval(() => this.#beat(), 1_000);
  #failure?: PinwireError;

  /** @param onFound is called once the controller may be obeyed */
  constructor(
    connection: Connection,
    device: Device,
    options: AgentOptions,
    context: Context,
    onFound: () => void,
  ) {
    this.#connection = connection;
    this.#device = device;
    this.#context = context;
    this.#errors = new FrameErrors(context.reporter, connection.remote);
    this.#watch = new MessageWatch(context, options, false);
    this.#outbox = new Outbox(connection, context, this.#watch);
    const hello = { role: "agent", name: device.name, pin: device.line.name, chip: device.chip } as const;
    this.#handshake = new DiallerHandshake(hello, options.token, bindingOf(connection, "dialled"));
    this.#onFound = onFound;
    this.#outbox.send(this.#handshake.line);
    if (this.isProven) this.#begin();
  }

  /** Whether the controller may be obeyed. */
  get isProven(): boolean {
    return this.#handshake.isProven;
  }

  onFrame(body: Uint8Array): boolean {
    this.#heardAt = performance.now();
    const line = this.#context.encoding.decode(body).text;
    if (this.#watch.isActive && this.isProven && !isLinkTalk(line)) {
      this.#watch.received(this.#connection.remote, body);
    }
    const words = this.isProven ? parseWords(line) : [];
    for (const word of words) this.#apply(word);
    const message = words.length ? undefined : parseMessage(line);
    if (message) this.#onMessage(message, line);
    return this.#pending !== undefined;
  }

  onBatch(): Promise<void> | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    if (this.#watch.isOver) this.#context.stop.now();
    // Not for whoever reads the events: a pin waits for nobody.
    return pending ?? this.#errors.turn();
  }

  onError(error: FrameError): boolean {
    return this.#errors.report(error);
  }

  report(on: boolean): void {
    if (this.isProven) this.#outbox.report(printMessage({ say: "state", on }));
  }

  flushed(): Promise<void> {
    return this.#outbox.flushed();
  }

  /** @throws {PinwireError} why the link was ended from here, if it was */
  checkEnd(): void {
    if (this.#failure) throw this.#failure;
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#errors.close();
  }

  #apply(word: Word): void {
    if (word.do === "state?") this.report(this.#device.on);
    else this.#device.apply(word);
  }

  #onMessage(message: Message, line: string): void {
    if (message.say !== "ping") this.#pending = this.#shake(message, line);
    else if (this.#handshake.isGreeted) this.#outbox.send("pong");
  }

  async #shake(message: Message, line: string): Promise<void> {
    const wasProven = this.isProven;
    const answer = await this.#handshake.take(message, line);
    if (answer !== undefined) this.#outbox.send(answer);
    if (!wasProven && this.isProven) this.#begin();
  }

  #begin(): void {
    this.#onFound();
    this.report(this.#device.on);
  }

  #beat(): void {
    const now = performance.now();
    const silence = now - this.#heardAt;
    const peer = this.#connection.remote;
    if (!this.isProven && now - this.#openedAt >= PROOF_TIME) {
      this.#end(
        new PinwireError("no_proof", `${peer} has not proven that it knows the token`, {
          hint: "start it with the same --token-file",
        }),
      );
    } else if (!this.#handshake.isGreeted) {
      return;
    } else if (silence >= DEAD_AFTER) {
      this.#end(
        new PinwireError("no_heartbeat", `${peer} has said nothing for ${DEAD_AFTER / 1000} s`),
      );
    } else if (silence >= AGENT_PING) {
      this.#outbox.send("ping");
    }
  }

  #end(failure: PinwireError): void {
    this.#failure = failure;
    this.#connection.close();
  }
}
