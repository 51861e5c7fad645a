import { type Context, MessageWatch, type WatchOptions } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import type { Connection, Timer } from "../../net/mod.ts";
import { Session } from "../../session/mod.ts";
import { bindingOf, type Token } from "../../session/token.ts";
import type { Device } from "../pins/device.ts";
import { DiallerHandshake } from "../handshake.ts";
import { Outbox } from "../outbox.ts";
import type { IgnoredWords } from "./ignored_words.ts";
import {
  AGENT_PING,
  DEAD_AFTER,
  isLinkTalk,
  type Message,
  parseMessage,
  parseWords,
  printMessage,
  type Word,
} from "../protocol.ts";

/** What the links of an agent have in common. */
export interface AgentSessionOptions extends WatchOptions {
  /** Without a token everything that answers is obeyed. */
  token?: Token;
  /** Tells of what is no word; without it that is passed over in silence. */
  ignored?: IgnoredWords;
}

/** Milliseconds within which the controller must give its proof. */
const PROOF_TIME = 5_000;

/** One link of an agent. */
export class AgentSession extends Session {
  #onFound: () => void;
  #device: Device;
  #watch: MessageWatch;
  #outbox: Outbox;
  #handshake: DiallerHandshake;
  #ignored?: IgnoredWords;
  #proofTimer?: Timer;

  /** @param onFound is called once the controller may be obeyed */
  constructor(
    connection: Connection,
    device: Device,
    { token, ignored, ...watch }: AgentSessionOptions,
    context: Context,
    onFound: () => void,
  ) {
    super(connection, context);
    this.#device = device;
    this.#ignored = ignored;
    this.#watch = new MessageWatch(context, watch, false);
    this.#outbox = new Outbox(connection, context, this.#watch);
    const hello = { role: "agent", name: device.name, pin: device.line.name, chip: device.chip } as const;
    this.#handshake = new DiallerHandshake(hello, token, () => bindingOf(connection, "dialled"));
    this.#onFound = onFound;
    this.#outbox.send(this.#handshake.line);
    if (this.isProven) this.#begin();
    else this.#proofTimer = this.clock.after(PROOF_TIME, () => this.close(noProof(this.peer.name)));
  }

  /** Whether the controller may be obeyed. */
  get isProven(): boolean {
    return this.#handshake.isProven;
  }

  onFrame(body: Uint8Array): Promise<void> | void {
    this.heartbeat?.heard();
    const line = this.context.encoding.decode(body).text;
    if (this.#watch.isActive && this.isProven && !isLinkTalk(line)) {
      this.#watch.received(this.peer.name, body);
    }
    const words = this.isProven ? parseWords(line) : [];
    for (const word of words) this.#execute(word);
    if (words.length) return;
    const message = parseMessage(line);
    if (message) return this.#onMessage(message, line);
    if (this.isProven) this.#ignored?.tell(line, this.peer.name);
  }

  override onBatch(): Promise<void> | undefined {
    if (this.#watch.isOver) this.context.stop.now();
    // There is no wait for the reader of the events, since a pin has to move at once.
    return this.errors.turn();
  }

  waitsForEnd(): boolean {
    return this.#handshake.isGreeted;
  }

  report(on: boolean): void {
    if (this.isProven) this.#outbox.report(printMessage({ say: "state", on }));
  }

  flushed(): Promise<void> {
    return this.#outbox.flushed();
  }

  protected override over(): void {
    this.#proofTimer?.cancel();
  }

  #execute(word: Word): void {
    if (word.do === "state?") this.report(this.#device.on);
    else this.#device.apply(word);
  }

  #onMessage(message: Message, line: string): Promise<void> | void {
    if (message.say !== "ping") return this.#shake(message, line);
    if (this.#handshake.isGreeted) this.#outbox.send("pong");
  }

  async #shake(message: Message, line: string): Promise<void> {
    const { isProven: wasProven } = this;
    const answer = await this.#handshake.take(message, line);
    if (answer !== undefined) this.#outbox.send(answer);
    if (this.#handshake.isGreeted && !this.heartbeat) this.#beat();
    if (!wasProven && this.isProven) this.#begin();
  }

  #begin(): void {
    this.#proofTimer?.cancel();
    this.#onFound();
    this.report(this.#device.on);
  }

  #beat(): void {
    this.keepAlive({
      ping: AGENT_PING,
      dead: DEAD_AFTER,
      insists: true,
      ask: () => this.#outbox.send("ping"),
    });
  }
}

const noProof = (peer: string) =>
  new PinwireError("no_proof", `${peer} has not proven that it knows the token`, {
    hint: "start it with the same --token-file",
  });
