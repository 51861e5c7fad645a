import { type Context, MessageWatch, type WatchOptions } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import type { FrameError } from "../framing/mod.ts";
import { type Connection, withTimeout } from "../net/mod.ts";
import type { PendingClient } from "../session/admission.ts";
import { guardLines } from "../session/browser_guard.ts";
import { Session } from "../session/mod.ts";
import { bindingOf, type Token } from "../session/token.ts";
import { answerControl } from "./control.ts";
import { DeviceWatch, shown } from "./device_watch.ts";
import { ControllerHandshake, refusal } from "./handshake.ts";
import { Outbox } from "./outbox.ts";
import {
  CONTROLLER_PING,
  DEAD_AFTER,
  type Hello,
  isLinkTalk,
  type Message,
  PAGE_DEAD_AFTER,
  PAGE_PING,
  parseMessage,
  printMessage,
} from "./protocol.ts";
import type { DeviceEntry, Registry } from "./registry.ts";

/** What the connections of a controller share. */
export interface ControllerSessionOptions extends WatchOptions {
  registry: Registry;
  /** With a token only those are listed that have proven to know it. */
  token?: Token;
  /** Whether it is a page, which has proven a secret of its own: it is a control from the start. */
  isPage?: boolean;
  /** Where devices call in; for a page. */
  address?: string;
}

/** Milliseconds between two lines to a plain client, which takes each read for a message. */
const PLAIN_GAP = 50;
/** A sender of more messages in one read waits for the reader of the events. */
const NOISY = 64;
/** How long it waits at most, in milliseconds. */
const PATIENCE = 1_000;
/** Milliseconds that it may take to tell an end that it isn't let in. */
const REFUSAL_TIME = 1_000;
const TOO_MANY = "there are too many already, raise --max-clients";
/** Lines of one that watches whose devices have still to report, while further ones are carried out. */
const MOST_UNANSWERED = 32;

/**
 * What a connection is. A hello makes it a `device` or a `control`; where there is a token, only after a proof. A hello
 * is the first line or none, since what a browser is led to send in another protocol has lines of that protocol before.
 * What an end says that is refused is ignored: it is `over`.
 *
 *     new ──hello──▶ greeted ──proof──▶ device | control      (with a token)
 *     new ──hello──▶ device | control                         (without one)
 *     new ──anything else──▶ plain                            (without one)
 *     any ──refused──▶ over
 */
type Place = "new" | "plain" | "greeted" | "device" | "control" | "over";

/** One connection to a controller, until it ends: a device, a plain client, or a `control`. */
export class ControllerSession extends Session {
  #options: ControllerSessionOptions;
  #pending?: PendingClient;
  #watch: MessageWatch;
  #outbox: Outbox;
  /** While it lasts. */
  #handshake?: ControllerHandshake;
  #entry?: DeviceEntry;
  #hello?: Hello;
  #place: Place = "new";
  #devices?: DeviceWatch;
  #unanswered = 0;
  /** How many have come since the last batch. */
  #frames = 0;

  /** @param pending its place among those who have proven nothing yet, where there is a token */
  constructor(
    connection: Connection,
    context: Context,
    options: ControllerSessionOptions,
    pending?: PendingClient,
  ) {
    super(guardLines(connection, context.codec), context);
    this.#options = options;
    this.#pending = pending;
    // That somebody looks at a page ends nothing.
    this.#watch = new MessageWatch(context, options.isPage ? {} : options, false);
    this.#outbox = new Outbox(connection, context, this.#watch);
    if (options.isPage) {
      this.#place = "control";
      this.#keepAlive(PAGE_PING, PAGE_DEAD_AFTER, "its phone may sleep, or be out of reach");
      return;
    }
    this.#outbox.gap = PLAIN_GAP;
    if (!options.token) this.#entry = this.#join();
  }

  override async run(): Promise<void> {
    if (this.#options.isPage && this.#pending?.admit() === false) await this.#refuse(TOO_MANY);
    else if (this.#pending?.refusal) await this.#refuse("too many wrong proofs, try again in a minute");
    await super.run();
  }

  onFrame(body: Uint8Array): Promise<void> | void {
    if (this.#place === "over") return;
    this.heartbeat?.heard();
    const line = this.context.encoding.decode(body).text;
    this.#frames++;
    if (this.#watch.isActive && this.#isTrusted && !isLinkTalk(line)) {
      this.#watch.received(this.peer.name, body);
    }
    if (this.#place === "control") return this.#onControlLine(line);
    return this.#onMessage(parseMessage(line), line);
  }

  override onBatch(): Promise<void> | undefined {
    if (this.#watch.isOver) this.context.stop.now();
    return this.#patience() ?? this.errors.turn();
  }

  override onError(error: FrameError): boolean {
    this.heartbeat?.heard();
    if (this.#place === "new") this.#place = "plain";
    return super.onError(error);
  }

  /** A plain client may send no newline: then a pause ends its messages. */
  waitsForEnd(): boolean {
    return this.#place !== "new" && this.#place !== "plain";
  }

  protected override over(): void {
    this.#devices?.[Symbol.dispose]();
    // When the controller ends, no device is away.
    if (this.#entry && !this.context.stop.signal.aborted) {
      this.#options.registry.leave(this.#entry, this.clock.wall());
    }
  }

  /** Whether its messages may be shown: not those of an end that has still to prove that it knows the token. */
  get #isTrusted(): boolean {
    return this.#place === "device" || this.#place === "control" || !this.#options.token;
  }

  // Events may be read slowly, by a pager perhaps. Only a noisy sender waits for that, and not for long, so that
  // heartbeats, proofs and other devices go on.
  #patience(): Promise<void> | undefined {
    const isNoisy = this.#frames > NOISY;
    this.#frames = 0;
    const drained = isNoisy ? this.context.reporter.drained() : undefined;
    return drained && withTimeout(PATIENCE, drained, this.clock).then(() => {});
  }

  #join(): DeviceEntry {
    return this.#options.registry.join({ peer: this.peer, send: (line) => this.#outbox.send(line) });
  }

  #onMessage(message: Message | undefined, line: string): Promise<void> | void {
    if (this.#place === "device") return this.#onReport(message);
    if (this.#place === "greeted") return this.#onProof(message);
    if (message?.say === "hello") {
      if (this.#place === "plain") return this.#refuse("hello is the first line or none");
      return this.#onHello(message.hello, line);
    }
    if (this.#options.token) return this.#refuse("a token is needed");
    // What a plain client says is ignored.
    this.#place = "plain";
  }

  #onReport(message: Message | undefined): void {
    if (message?.say === "state") this.#options.registry.report(this.#entry!, message.on);
    else if (message?.say === "ping") this.#outbox.send("pong");
  }

  #onControlLine(line: string): Promise<void> | void {
    if (line === "pong") return;
    if (line === "ping") return this.#outbox.send("pong");
    if (line === "watch") return this.#onWatch();
    const answered = answerControl(line, this.#options.registry, this.clock, {
      say: (message) => this.#say(message),
      describe: (entry) =>
        this.#devices
          ? { say: "shown", device: shown(entry) }
          : { say: "device", device: this.#options.registry.status(entry) },
    });
    if (!this.#devices) return answered;
    // A device that doesn't report must not keep whoever looks at all of them from switching another.
    this.#unanswered++;
    const counted = answered.catch((error) => this.close(error)).finally(() => this.#unanswered--);
    return this.#unanswered > MOST_UNANSWERED ? counted : undefined;
  }

  async #onWatch(): Promise<void> {
    this.#devices ??= new DeviceWatch(
      this.#options.registry,
      this.clock,
      (device) => this.#say({ say: "shown", device }),
    );
    const { address } = this.#options;
    if (address !== undefined) await this.#say({ say: "listening", address });
    await this.#devices.tellAll();
    await this.#say({ say: "ok" });
  }

  #say(message: Message): Promise<void> {
    this.#outbox.send(printMessage(message));
    return this.#outbox.flushed();
  }

  #onHello(hello: Hello, line: string): Promise<void> | void {
    const handshake = new ControllerHandshake(
      this.#options.token,
      () => bindingOf(this.connection, "accepted"),
    );
    try {
      if (hello.role === "control" && !this.#options.token && !this.peer.isLocal) {
        throw refusal("from elsewhere it can be controlled only with --token-file on both ends");
      }
      this.#outbox.send(handshake.greet(hello, line));
    } catch (error) {
      if (!(error instanceof PinwireError)) throw error;
      return this.#refuse(error.message);
    }
    if (!handshake.awaitsProof) return this.#begin(hello);
    this.#place = "greeted";
    this.#handshake = handshake;
    this.#hello = hello;
  }

  async #onProof(message: Message | undefined): Promise<void> {
    const proof = message?.say === "proof" ? await this.#handshake!.check(message.proof) : undefined;
    if (proof === undefined) {
      await this.#pending?.failed();
      return await this.#refuse("the proof is wrong");
    }
    if (this.#pending?.admit() === false) {
      return await this.#refuse(TOO_MANY);
    }
    this.#outbox.send(proof);
    this.#begin(this.#hello!);
  }

  #begin(hello: Hello): void {
    this.#outbox.gap = 0;
    this.#handshake = undefined;
    this.#keepAlive(CONTROLLER_PING, DEAD_AFTER, "its link is dead, or it does not answer ping with pong");
    if (hello.role === "control") {
      this.#place = "control";
      if (this.#entry) this.#options.registry.remove(this.#entry);
      this.#entry = undefined;
    } else {
      this.#place = "device";
      this.#entry ??= this.#join();
      this.#options.registry.greet(this.#entry, hello);
    }
  }

  #keepAlive(ping: number, dead: number, hint: string): void {
    this.keepAlive({ ping, dead, hint, insists: true, ask: () => this.#outbox.send("ping") });
  }

  async #refuse(why: string): Promise<void> {
    this.#place = "over";
    const { name } = this.peer;
    this.context.reporter.error(new PinwireError("refused", `refused ${name}, ${why}`), name);
    this.#outbox.send(printMessage({ say: "refused", why }));
    await withTimeout(REFUSAL_TIME, this.#outbox.flushed(), this.clock);
    this.close();
  }
}
