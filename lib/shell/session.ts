import type { Context } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { FrameError } from "../framing/mod.ts";
import { type Connection, sleep, withTimeout } from "../net/mod.ts";
import type { PendingClient } from "../session/admission.ts";
import { Session } from "../session/mod.ts";
import { bindingOf, type Token } from "../session/token.ts";
import { CommandSet, type Shell } from "./command_set.ts";
import { Idle } from "./idle.ts";
import { isOurs, refusalOfUser } from "./peer_user.ts";
import {
  type FrameHandlers,
  frameName,
  type FrameNameOf,
  handleFrame,
  LONGEST_BEFORE_READY,
  LONGEST_FRAME,
  OPTIONAL_TYPES,
  SERVER_PATIENCE,
  TYPE,
} from "./protocol.ts";
import { badFrame } from "./wire/bodies.ts";
import { post } from "./wire/flow.ts";
import { type Frame, makeError, makeFrame, splitFrame } from "./wire/frame.ts";
import { needsTls, openingBody, ServerHandshake } from "./wire/handshake.ts";

/** Frames after which others have a turn, since a client may send without end. */
const MANY = 256;
/** Time in ms that the last word to a client may take. */
const LAST_WORD = 1_000;

/** How far a session has come: each state leads to the next one, and any of them to `over`. */
type State =
  /** Nothing has been read yet. */
  | { at: "door" }
  /** Both ends prove that they know the token, unless the kernel vouches for them. */
  | { at: "opening"; handshake: ServerHandshake }
  /** The client may run commands. */
  | { at: "ready" }
  /** The last word is said, or the connection has ended: what comes is ignored. */
  | { at: "over" };

/** Serves one connection of wire v1. */
export class ShellSession extends Session {
  #shell: Shell;
  #token: Token;
  #pending: PendingClient;
  #state: State = { at: "door" };
  #idle: Idle;
  #commands: CommandSet;
  /** Frames since others have had a turn. */
  #frames = 0;

  #handlers: FrameHandlers<FrameNameOf<"client", "connection">, Promise<void> | void> = {
    exec: (exec, stream) => this.#commands.start(stream, exec),
    ping: () => this.connection.write(makeFrame(TYPE.pong, 0)),
    pong() {},
  };

  /** @param pending the place of the connection among those that have proven nothing yet */
  constructor(
    connection: Connection,
    context: Context,
    shell: Shell & { readonly token: Token },
    pending: PendingClient,
  ) {
    super(connection, context);
    this.#shell = shell;
    this.#token = shell.token;
    this.#pending = pending;
    this.#idle = new Idle(shell.idleTimeout, this.clock, () => void this.#leaveIdle());
    this.#commands = new CommandSet(connection, shell, this.#idle);
    this.decoder.limit!(LONGEST_BEFORE_READY);
  }

  /** Serves the connection until it ends. Then none of its commands is left. */
  override async run(): Promise<void> {
    using _stopping = this.context.stop.onStop(() => this.#stop());
    await this.#enter();
    await super.run();
  }

  /** A frame that the end of the stream has cut says only that the client has gone. */
  dropsUnfinished(): boolean {
    return true;
  }

  override onFrame(bytes: Uint8Array): Promise<void> | void {
    const state = this.#state;
    if (state.at === "over") return;
    this.heartbeat?.heard();
    const frame = splitFrame(bytes);
    const working = state.at === "opening" ? this.#shakeHands(state.handshake, frame) : this.#take(frame);
    if (++this.#frames < MANY) return working;
    this.#frames = 0;
    return this.#letOthersIn(working);
  }

  /** Tells the client what rule it broke; throws what is to be reported, if anything is. */
  protected override async failed(error: unknown): Promise<void> {
    const { at } = this.#state;
    // All has been said, and the stream was cut in the middle of a frame.
    if (at === "over") return;
    if (error instanceof FrameError && at === "opening") {
      await this.#leaveWith(badFrame("no frame of it"));
      throw new PinwireError("not_shell", `${this.peer.name} does not speak the shell's wire v1`, {
        hint: "tutorial programs need a server of their own, started with --wire simple",
        cause: error,
      });
    }
    if (error instanceof FrameError) error = badFrame(`what is no frame (${error.message})`);
    if (error instanceof PinwireError && error.code === "bad_frame") await this.#leaveWith(error);
    throw error;
  }

  protected override async over(): Promise<void> {
    this.#end();
    await this.#commands.end("its client has gone");
  }

  /** Begins the opening, unless the client is turned away at once. */
  async #enter(): Promise<void> {
    const refusal = needsTls(this.peer) ? tlsNeeded() : this.#pending.refusal;
    if (refusal) return await this.#turnAway(refusal);
    if (this.#state.at === "over") return;
    const binding = bindingOf(this.connection, "accepted");
    this.#state = {
      at: "opening",
      handshake: new ServerHandshake(this.#token, binding, isOurs(this.peer)),
    };
  }

  async #shakeHands(handshake: ServerHandshake, frame: Frame): Promise<void> {
    const { due } = handshake;
    const body = openingBody(due, frame);
    // Once its hello has been read: a Unix socket that is closed before loses what was said to it.
    const refusal = due === "hello" ? refusalOfUser(this.peer) : undefined;
    if (refusal) return await this.#turnAway(refusal);
    try {
      if (due === "hello") await this.connection.write(handshake.challenge(body));
      else await this.#letIn(handshake, body);
    } catch (error) {
      if (!(error instanceof PinwireError) || error.code !== "bad_version") throw error;
      await this.#turnAway(error);
    }
  }

  async #letIn(handshake: ServerHandshake, proof: Uint8Array): Promise<void> {
    const { rules, hasShell } = this.#shell.jobs;
    const ready = await handshake.check(proof, { host: Deno.hostname(), cwd: rules.cwd, shell: hasShell });
    if (!ready) await this.#pending.failed();
    // The server has stopped meanwhile.
    if (this.#state.at === "over") return;
    if (!ready) {
      return await this.#turnAway(
        new PinwireError("bad_proof", "the proof is wrong", {
          hint: "both ends need the same token; if something stands in between, such as a relay, use tls://",
        }),
      );
    }
    if (!this.#pending.admit()) {
      return await this.#turnAway(
        new PinwireError("too_many_clients", "there are too many clients already", {
          hint: "raise --max-clients",
        }),
      );
    }
    this.decoder.limit!(LONGEST_FRAME);
    this.#state = { at: "ready" };
    this.#idle.begin();
    this.keepAlive({
      ...SERVER_PATIENCE,
      ask: () => post(this.connection, makeFrame(TYPE.ping, 0)),
      hint: "its link is dead, or it stands still",
    });
    await this.connection.write(ready);
  }

  #take({ type, stream, body }: Frame): Promise<void> | void {
    if (type === TYPE.error && stream === 0) return this.#leave();
    const own = frameName(type, "client", "connection");
    if (own) return handleFrame(this.#handlers, own, stream, body);
    const name = frameName(type, "client", "command");
    const command = this.#commands.get(stream);
    if (name && command) return command.take(name, body);
    if (type >= OPTIONAL_TYPES || name === "error" || name && this.#commands.hasPassed(stream)) return;
    const what = name ? `a frame about command ${stream}, which isn't there` : `a frame of type ${type}`;
    if (stream === 0) throw badFrame(what);
    return this.#commands.fail(stream, badFrame(what));
  }

  async #letOthersIn(working: Promise<void> | void): Promise<void> {
    await working;
    await sleep(0, this.clock);
  }

  #stop(): void {
    void this.#sayLast(new PinwireError("stopping", "the server is stopping"));
    void this.#commands.end("the server was stopped");
  }

  async #leaveIdle(): Promise<void> {
    const seconds = this.#shell.idleTimeout / 1000;
    await this.#leaveWith(
      new PinwireError("idle_timeout", `nothing was run for ${seconds} s (--idle-timeout)`),
    );
  }

  async #turnAway(error: PinwireError): Promise<void> {
    this.#shell.jobs.refused(this.peer.name, error);
    await this.#leaveWith(error);
  }

  #leave(): void {
    this.#end();
    this.close();
  }

  async #leaveWith(error: PinwireError): Promise<void> {
    const saying = this.#sayLast(error);
    if (saying) await saying;
    // At once, as a command may have something to say in this very turn.
    this.connection.close();
  }

  /** Says why nothing more is taken; what the commands still have to say may follow. */
  #sayLast(error: PinwireError): Promise<unknown> | undefined {
    this.#end();
    const said = this.connection.write(makeError(0, error));
    return said && withTimeout(LAST_WORD, said.catch(() => {}), this.clock);
  }

  /** From now on what comes is ignored, and no timer sends anything. */
  #end(): void {
    this.#state = { at: "over" };
    this.heartbeat?.stop();
    this.#idle.stop();
  }
}

const tlsNeeded = () =>
  new PinwireError("tls_needed", "from another machine only TLS will do", {
    hint: 'make a certificate with "pinwire cert HOST", start the server with --tls-cert and --tls-key',
  });
