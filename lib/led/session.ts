import { PinwireError } from "../errors.ts";
import { type FrameError, pullFrames, type PullOptions } from "../framing/mod.ts";
import { type Context, FrameErrors, MessageWatch, type WatchOptions } from "../app/mod.ts";
import { type Connection, isPeerLocal, withTimeout } from "../net/mod.ts";
import { clockOfLines } from "../app/clock.ts";
import type { AdmissionControl, PendingClient } from "../session/admission.ts";
import { guardLines } from "../session/browser_guard.ts";
import { bindingOf, type Token } from "../session/token.ts";
import { answerControl } from "./control.ts";
import { ControllerHandshake, refusal } from "./handshake.ts";
import { Outbox } from "./outbox.ts";
import {
  CONTROLLER_PING,
  DEAD_AFTER,
  type Hello,
  isLinkTalk,
  type Message,
  parseMessage,
  printMessage,
} from "./protocol.ts";
import type { DeviceEntry, Registry } from "./registry.ts";

/** What the connections of a controller share. */
export interface ControllerOptions extends WatchOptions {
  registry: Registry;
  /** With a token nobody is listed who hasn't proven to know it. */
  token?: Token;
  /** Where those wait who haven't proven it yet. */
  gate: AdmissionControl;
}

/** A plain client takes each read for a message: two lines are kept so many ms apart. */
const PLAIN_GAP = 50;
/** Who says more than so many messages in one read waits for the reader of the events, at most so many ms. */
const NOISY = 64;
const PATIENCE = 1_000;
/** What is said to an end that isn't let in may take so many ms. */
const LAST_WORD = 1_000;

/** Serves one connection to a controller until it ends: a device, a plain client, or a `control`. */
export async function serveDevice(
  connection: Connection,
  context: Context,
  options: ControllerOptions,
): Promise<void> {
  const { decoder } = context.codec.open();
  const session = new ControllerSession(connection, context, options);
  try {
    await session.enter();
    await pullFrames(guardLines(connection, context.codec), decoder, session);
    session.checkEnd();
  } finally {
    session.close();
  }
}

/** One connection, and how far it has come: plain, greeted (it owes a proof), a device, a control. */
class ControllerSession implements PullOptions {
  readonly clock = clockOfLines(() => this.#place !== "plain");
  #connection: Connection;
  #context: Context;
  #options: ControllerOptions;
  #errors: FrameErrors;
  #watch: MessageWatch;
  #outbox: Outbox;
  #handshake: ControllerHandshake;
  #stay?: PendingClient;
  #entry?: DeviceEntry;
  #hello?: Hello;
  #place: "plain" | "greeted" | "device" | "control" | "over" = "plain";
  #pending?: Promise<void>;
  #heardAt = performance.now();
  /** Since the last batch. */
  #frames = 0;
  #heartbeat?: ReturnType<typeof setInterval>;
  #isDead = false;

  constructor(connection: Connection, context: Context, options: ControllerOptions) {
    this.#connection = connection;
    this.#context = context;
    this.#options = options;
    this.#errors = new FrameErrors(context.reporter, connection.remote);
    this.#watch = new MessageWatch(context, options, false);
    this.#outbox = new Outbox(connection, context, this.#watch);
    this.#outbox.gap = PLAIN_GAP;
    this.#handshake = new ControllerHandshake(options.token, bindingOf(connection, "accepted"));
    if (!options.token) this.#entry = this.#join();
  }

  /** With a token: waits at the gate, or is turned away there. */
  async enter(): Promise<void> {
    if (!this.#options.token) return;
    try {
      this.#stay = this.#options.gate.enter(this.#connection);
    } catch (error) {
      if (!(error instanceof PinwireError)) throw error;
      this.#place = "over";
      await this.#turnAway("too many wrong proofs, try again in a minute");
    }
  }

  onFrame(body: Uint8Array): boolean {
    if (this.#place === "over") return false;
    this.#heardAt = performance.now();
    const line = this.#context.encoding.decode(body).text;
    this.#frames++;
    if (this.#watch.isActive && this.#isTrusted && !isLinkTalk(line)) {
      this.#watch.received(this.#connection.remote, body);
    }
    if (this.#place === "control") this.#onControlLine(line);
    else this.#onMessage(parseMessage(line), line);
    return this.#pending !== undefined;
  }

  onBatch(): Promise<void> | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    if (this.#watch.isOver) this.#context.stop.now();
    return pending ?? this.#patience() ?? this.#errors.turn();
  }

  onError(error: FrameError): boolean {
    this.#heardAt = performance.now();
    return this.#errors.report(error);
  }

  /** @throws {PinwireError} why the connection was ended from here, if it was */
  checkEnd(): void {
    const peer = this.#connection.remote;
    if (this.#isDead) {
      throw new PinwireError("no_heartbeat", `${peer} has said nothing for ${DEAD_AFTER / 1000} s`, {
        hint: "its link is dead, or it does not answer ping with pong",
      });
    }
    if (this.#outbox.hasOverflowed) {
      throw new PinwireError("too_slow", `${peer} does not read what it is told`, {
        hint: "the connection was closed",
      });
    }
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#stay?.left();
    this.#errors.close();
    // At the end of the controller nobody is away.
    if (this.#entry && !this.#context.stop.signal.aborted) {
      this.#options.registry.leave(this.#entry, Date.now());
    }
  }

  /** Whether what comes is a message, and not yet a stranger's. */
  get #isTrusted(): boolean {
    return this.#place === "device" || this.#place === "control" || !this.#options.token;
  }

  // Only who says much waits for whoever reads the events, and not for long: heartbeats, proofs and other
  // devices must not stand still for a pager.
  #patience(): Promise<void> | undefined {
    const isNoisy = this.#frames > NOISY;
    this.#frames = 0;
    const drained = isNoisy ? this.#context.reporter.drained() : undefined;
    return drained && withTimeout(PATIENCE, drained).then(() => {});
  }

  #join(): DeviceEntry {
    const peer = this.#connection.remote;
    return this.#options.registry.join({ peer, send: (line) => this.#outbox.send(line) });
  }

  #onMessage(message: Message | undefined, line: string): void {
    if (this.#place === "device") this.#onReport(message);
    else if (this.#place === "greeted") this.#pending = this.#onProof(message);
    else if (message?.say === "hello") this.#onHello(message.hello, line);
    else if (this.#options.token) this.#refuse("a token is needed");
    // What a plain client says is for nobody.
  }

  #onReport(message: Message | undefined): void {
    if (message?.say === "state") this.#options.registry.report(this.#entry!, message.on);
    else if (message?.say === "ping") this.#outbox.send("pong");
  }

  #onControlLine(line: string): void {
    if (line === "pong") return;
    if (line === "ping") return this.#outbox.send("pong");
    this.#pending = answerControl(line, this.#options.registry, (message) => {
      this.#outbox.send(printMessage(message));
      return this.#outbox.flushed();
    });
  }

  #onHello(hello: Hello, line: string): void {
    try {
      if (hello.role === "control" && !this.#options.token && !isPeerLocal(this.#connection.remote)) {
        throw refusal("from elsewhere it can be controlled only with --token-file on both ends");
      }
      this.#outbox.send(this.#handshake.greet(hello, line));
    } catch (error) {
      if (!(error instanceof PinwireError)) throw error;
      return this.#refuse(error.message);
    }
    this.#hello = hello;
    if (this.#handshake.awaitsProof) this.#place = "greeted";
    else this.#begin(hello);
  }

  async #onProof(message: Message | undefined): Promise<void> {
    const proof = message?.say === "proof" ? await this.#handshake.check(message.proof) : undefined;
    if (proof === undefined) {
      await this.#stay?.failed();
      this.#refuse("the proof is wrong");
      return await this.onBatch();
    }
    if (this.#stay?.passed() === false) {
      this.#refuse("there are too many already, raise --max-clients");
      return await this.onBatch();
    }
    this.#outbox.send(proof);
    this.#begin(this.#hello!);
  }

  #begin(hello: Hello): void {
    this.#outbox.gap = 0;
    this.#heartbeat = setInterval(() => this.#beat(), 1_000);
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

  #beat(): void {
    const silence = performance.now() - this.#heardAt;
    if (silence >= DEAD_AFTER) {
      this.#isDead = true;
      this.#connection.close();
    } else if (silence >= CONTROLLER_PING) {
      this.#outbox.send("ping");
    }
  }

  #refuse(why: string): void {
    this.#place = "over";
    this.#pending = this.#turnAway(why);
  }

  async #turnAway(why: string): Promise<void> {
    const { remote } = this.#connection;
    this.#context.reporter.error(new PinwireError("refused", `refused ${remote}, ${why}`), remote);
    this.#outbox.send(printMessage({ say: "refused", why }));
    await withTimeout(LAST_WORD, this.#outbox.flushed());
    this.#connection.close();
  }
}
