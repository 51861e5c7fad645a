import { concat } from "@std/bytes/concat";
import type { Context } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { FrameError } from "../../framing/mod.ts";
import { type Connection, hasGone, type Peer } from "../../net/mod.ts";
import { Session } from "../../session/mod.ts";
import { bindingOf } from "../../session/token.ts";
import { isOurs } from "../peer_user.ts";
import {
  CLIENT_PATIENCE,
  type FrameHandlers,
  frameName,
  type FrameNameOf,
  FRAMES,
  handleFrame,
  LONGEST_BEFORE_READY,
  LONGEST_FRAME,
  LONGEST_READY,
  OPTIONAL_TYPES,
  TYPE,
} from "../protocol.ts";
import { badFrame, type Exec, type Ready } from "../wire/bodies.ts";
import { post } from "../wire/flow.ts";
import { type Frame, makeFrame, makeJsonFrame, splitFrame } from "../wire/frame.ts";
import { ClientHandshake, needsTls, openingBody, type TokenSource } from "../wire/handshake.ts";
import { ClientStream, type Output } from "./client_stream.ts";

/**
 * Bytes of output that may be under way besides {@linkcode WINDOW}, by the time to the server and back: enough for
 * 100 MB/s. On a short way they are few, since much output at a time keeps the server's other clients waiting.
 */
const LEAST_MORE = 131_072;
const MOST_MORE = 4 * 1024 * 1024;
const MORE_PER_MS = 100_000;
/** Time in ms after which a server that hasn't let us in is given up. */
const OPENING_TIME = 10_000;

/** How far a client has come: each state leads to the next one, and any of them to `over`. */
type State =
  /** Both ends prove that they know the token, unless the kernel vouches for them. `since` is when our hello was sent, in ms of the clock. */
  | { at: "opening"; handshake: ClientHandshake; since: number }
  /** Commands may be run. */
  | { at: "ready" }
  /** The connection has ended; `reason` is what fails whatever is asked for now. */
  | { at: "over"; reason: unknown };

/**
 * A connection to a shell server, wire v1: both have proven that they know the token, or the kernel has vouched for them,
 * and commands can be run, several at once.
 */
export class ShellClient extends Session {
  /** What the server says of itself. */
  readonly ready: Promise<Ready>;
  /** Rejects with why the connection ended; it never resolves. */
  readonly lost: Promise<never>;
  #state: State;
  #opening = Promise.withResolvers<Ready>();
  #loss = Promise.withResolvers<never>();
  #running = new Map<number, ClientStream>();
  #lastStream = 0;
  /** Time to the server and back, in ms. */
  #roundTrip = 0;

  #handlers: FrameHandlers<FrameNameOf<"server", "connection">, Promise<void> | void> = {
    ping: () => this.connection.write(makeFrame(TYPE.pong, 0)),
    pong() {},
  };

  private constructor(connection: Connection, token: TokenSource, context: Context) {
    super(connection, context);
    this.ready = this.#opening.promise;
    this.lost = this.#loss.promise;
    for (const promise of [this.ready, this.lost]) promise.catch(() => {});
    const binding = bindingOf(connection, "dialled");
    const handshake = new ClientHandshake(token, binding, isOurs(connection.peer));
    this.#state = { at: "opening", handshake, since: this.clock.now() };
    this.decoder.limit!(LONGEST_BEFORE_READY);
  }

  /**
   * Opens the conversation; the connection is the client's from now on.
   *
   * @throws {PinwireError} why the server doesn't let us in, or isn't to be trusted
   */
  static async open(connection: Connection, token: TokenSource, context: Context): Promise<ShellClient> {
    try {
      if (needsTls(connection.peer)) throw tlsNeeded(connection.peer);
      const client = new ShellClient(connection, token, context);
      await client.#open();
      return client;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  async #open(): Promise<void> {
    const state = this.#state;
    const timer = this.clock.after(OPENING_TIME, () => this.close(tooSlow(this.peer)));
    try {
      if (state.at === "opening") await this.connection.write(state.handshake.hello);
      void this.run().then(() => this.close(closedThere(this.peer)), (error) => this.close(error));
      await this.ready;
    } finally {
      timer.cancel();
    }
  }

  /** Runs a command. Its `exited` rejects if it never ran, or the link was lost. */
  start(exec: Exec, output: Output): ClientStream {
    const stream = ++this.#lastStream;
    const running = new ClientStream(stream, this.connection, output);
    if (this.#state.at === "over") {
      running.fail(this.#state.reason);
      return running;
    }
    this.#running.set(stream, running);
    void running.exited.catch(() => {}).then(() => this.#running.delete(stream));
    const frame = makeJsonFrame(TYPE.exec, stream, exec);
    if (frame.length > LONGEST_FRAME) {
      running.fail(tooLong());
      return running;
    }
    const more = Math.max(LEAST_MORE, Math.min(MOST_MORE, Math.round(this.#roundTrip * MORE_PER_MS)));
    this.connection.write(concat([frame, running.widen(more)]))?.catch((error) => running.fail(error));
    return running;
  }

  /**
   * Ends the connection, and every command with it.
   *
   * @param reason what they fail with
   */
  override close(reason: unknown = closedHere()): void {
    const { at } = this.#state;
    if (at === "over") return;
    const why = at === "opening"
      ? notLetIn(reason, this.peer)
      : reason instanceof FrameError
      ? badFrame(`what is no frame (${reason.message})`)
      : reason;
    this.#state = { at: "over", reason: why };
    this.heartbeat?.stop();
    super.close(why);
    this.#opening.reject(why);
    this.#loss.reject(why);
    for (const running of this.#running.values()) running.fail(lost(why));
  }

  /** A frame that the end of the stream has cut says only that the link was lost. */
  dropsUnfinished(): boolean {
    return true;
  }

  override onFrame(bytes: Uint8Array): Promise<void> | void {
    const state = this.#state;
    if (state.at === "over") return;
    this.heartbeat?.heard();
    const frame = splitFrame(bytes);
    if (frame.type === TYPE.error && frame.stream === 0) throw this.#refusal(frame.body);
    return state.at === "opening" ? this.#shakeHands(state.handshake, state.since, frame) : this.#take(frame);
  }

  async #shakeHands(handshake: ClientHandshake, since: number, frame: Frame): Promise<void> {
    const { due } = handshake;
    const body = openingBody(due, frame);
    if (due === "challenge") {
      this.#roundTrip = this.clock.now() - since;
      this.decoder.limit!(LONGEST_READY);
      await this.connection.write(await handshake.prove(body));
      return;
    }
    const ready = await handshake.check(body);
    // It was closed meanwhile.
    if (this.#state.at === "over") return;
    this.#state = { at: "ready" };
    this.decoder.limit!(LONGEST_FRAME);
    this.keepAlive({
      ...CLIENT_PATIENCE,
      ask: () => post(this.connection, makeFrame(TYPE.ping, 0)),
      hint: "its link is dead, or it stands still",
    });
    this.#opening.resolve(ready);
  }

  #take({ type, stream, body }: Frame): Promise<void> | void {
    const own = frameName(type, "server", "connection");
    if (own) return handleFrame(this.#handlers, own, stream, body);
    const name = frameName(type, "server", "command");
    const running = this.#running.get(stream);
    if (name && running) return running.take(name, body);
    // Frames about a command that is over may come late.
    if (type >= OPTIONAL_TYPES || name && stream <= this.#lastStream) return;
    throw badFrame(`a frame of type ${type} on stream ${stream}`);
  }

  #refusal(body: Uint8Array): PinwireError {
    const { code, message, hint } = FRAMES.error.parse(body);
    return new PinwireError(code, `${this.peer.name} says: ${message}`, { hint });
  }
}

const tooLong = () =>
  new PinwireError("command_too_long", `the command has more than ${LONGEST_FRAME} bytes`, {
    hint: "send what is long as its stdin",
  });

const tlsNeeded = ({ name }: Peer) =>
  new PinwireError("tls_needed", `${name} is another machine, a shell there needs TLS`, {
    hint:
      'make a certificate with "pinwire cert HOST" for its --tls-cert and --tls-key, and dial tls:// with --ca',
  });

const closedHere = () => new PinwireError("connection_closed", "the connection was closed here");

const closedThere = ({ name }: Peer) =>
  new PinwireError("connection_closed", `${name} closed the connection`);

const tooSlow = ({ name }: Peer) =>
  new PinwireError("timed_out", `${name} has not let us in within ${OPENING_TIME / 1000} s`, {
    hint: NOT_OURS,
  });

const NOT_OURS = "is it pinwire shell serve? A tutorial's server needs --wire simple";

/** Why the server hasn't let us in: it has said something else, or nothing. */
function notLetIn(error: unknown, { name }: Peer): unknown {
  if (error instanceof FrameError || error instanceof PinwireError && error.code === "bad_frame") {
    return new PinwireError("not_shell", `${name} does not speak the shell's wire v1`, {
      hint: NOT_OURS,
      cause: error,
    });
  }
  if (!hasGone(error)) return error;
  return new PinwireError("connection_closed", `${name} closed the connection before it let us in`, {
    hint: NOT_OURS,
    cause: error,
  });
}

function lost(error: unknown): unknown {
  if (!hasGone(error)) return error;
  return new PinwireError("link_lost", (error as Error).message, {
    hint: "the server ends the command with it",
    cause: error,
  });
}
