import { PinwireError } from "../errors.ts";
import { FrameError, pullFrames, type PullOptions } from "../framing/mod.ts";
import type { Context } from "../app/mod.ts";
import { type Connection, withTimeout } from "../net/mod.ts";
import type { AdmissionControl, PendingClient } from "../session/admission.ts";
import { bindingOf, type Token } from "../session/token.ts";
import { needsTls, ServerHandshake } from "./handshake.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Idle } from "./idle.ts";
import { type JobRunner, tooMany } from "./process/job_runner.ts";
import {
  badFrame,
  type Failure,
  LONGEST_BEFORE_READY,
  LONGEST_FRAME,
  makeFrame,
  makeJsonFrame,
  OPTIONAL_TYPES,
  parseExec,
  SERVER_PATIENCE,
  splitFrame,
  TYPE,
} from "./protocol.ts";
import { ServerStream } from "./server_stream.ts";

/** What the connections of a server share. */
export interface ShellShare {
  readonly jobs: JobRunner;
  readonly token: Token;
  readonly gate: AdmissionControl;
  /** Ms without a command after which a connection is closed; 0 is never. */
  readonly idleTimeout: number;
  /** Called after each command. */
  ran(): void;
}

/** After so many frames others have a turn: what comes without end would be read without end. */
const MANY = 256;
/** What is said to an end that isn't let in may take so many ms. */
const LAST_WORD = 1_000;

/** Serves one connection of wire v1 until it ends; then none of its commands is left. */
export async function serveShell(connection: Connection, context: Context, share: ShellShare): Promise<void> {
  const { decoder } = context.codec.open();
  decoder.limit!(LONGEST_BEFORE_READY);
  const session = new ShellSession(connection, share, () => decoder.limit!(LONGEST_FRAME));
  using _stopping = context.stop.onStop(() => session.stop());
  try {
    await session.enter();
    await pullFrames(connection, decoder, session);
    session.checkEnd();
  } catch (error) {
    const failure = await session.explain(error);
    if (failure !== undefined) throw failure;
  } finally {
    // Nothing may wait for a client that doesn't read.
    connection.close();
    await session.end("its client has gone");
  }
}

/** One connection: who it is, and the commands that it runs. */
class ShellSession implements PullOptions {
  #connection: Connection;
  #share: ShellShare;
  #onProven: () => void;
  #handshake: ServerHandshake;
  #stay?: PendingClient;
  #place: "opening" | "ready" | "over" = "opening";
  #commands = new Map<number, ServerStream>();
  #lastStream = 0;
  #running = new Set<Promise<void>>();
  #pending?: Promise<void>;
  /** Since others have had a turn. */
  #frames = 0;
  #heartbeat?: Heartbeat;
  #idle: Idle;

  constructor(connection: Connection, share: ShellShare, onProven: () => void) {
    this.#connection = connection;
    this.#share = share;
    this.#onProven = onProven;
    this.#handshake = new ServerHandshake(share.token, bindingOf(connection, "accepted"));
    this.#idle = new Idle(share.idleTimeout, () => void this.#leave());
  }

  /** Waits at the gate, or is turned away there. */
  async enter(): Promise<void> {
    if (needsTls(this.#connection)) {
      await this.#turnAway(
        new PinwireError("tls_needed", "from another machine only TLS will do", {
          hint: 'make a certificate with "pinwire cert HOST", start the server with --tls-cert and --tls-key',
        }),
      );
      return;
    }
    try {
      this.#stay = this.#share.gate.enter(this.#connection);
    } catch (error) {
      if (!(error instanceof PinwireError)) throw error;
      await this.#turnAway(error);
    }
  }

  onFrame(frame: Uint8Array): boolean {
    if (this.#place === "over") return false;
    this.#frames++;
    this.#heartbeat?.heard();
    const { type, stream, body } = splitFrame(frame);
    if (this.#place === "ready") this.#onReadyFrame(type, stream, body);
    else this.#pending = this.#shakeHands(type, stream, body.slice());
    return this.#pending !== undefined;
  }

  onBatch(): Promise<void> | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    if (this.#frames < MANY) return pending;
    this.#frames = 0;
    return (pending ?? Promise.resolve()).then(nextTurn);
  }

  /** @throws {PinwireError} why the connection was ended from here, if it was */
  checkEnd(): void {
    this.#heartbeat?.check(this.#connection.remote);
  }

  /** The server stops. */
  stop(): void {
    void this.#say(new PinwireError("stopping", "the server is stopping"));
    void this.end("the server was stopped");
  }

  /** Tells the other end of what broke the rules; gives what is to be reported, if anything is. */
  async explain(error: unknown): Promise<unknown> {
    // All has been said, and cut it off.
    if (this.#place === "over") return undefined;
    if (error instanceof FrameError && this.#place !== "ready") {
      await this.#say(badFrame("no frame of it"));
      return new PinwireError("not_shell", `${this.#connection.remote} does not speak the shell's wire v1`, {
        hint: "tutorial programs need a server of their own, started with --wire simple",
        cause: error,
      });
    }
    if (error instanceof FrameError) error = badFrame(`what is no frame (${error.message})`);
    if (error instanceof PinwireError && error.code === "bad_frame") await this.#say(error);
    return error;
  }

  /** Ends all commands; done when none is left. */
  async end(why: string): Promise<void> {
    this.#heartbeat?.stop();
    this.#idle.end();
    this.#stay?.left();
    await Promise.all([...this.#commands.values()].map((command) => command.end(why)));
    await Promise.all(this.#running);
  }

  async #shakeHands(type: number, stream: number, body: Uint8Array): Promise<void> {
    const { isGreeted } = this.#handshake;
    if (type !== (isGreeted ? TYPE.proof : TYPE.hello) || stream !== 0) {
      throw badFrame("another frame than the opening's");
    }
    try {
      if (!isGreeted) return await this.#connection.write(this.#handshake.challenge(body));
      const { rules, hasShell } = this.#share.jobs;
      const about = { host: Deno.hostname(), cwd: rules.cwd, shell: hasShell };
      const ready = await this.#handshake.check(body, about);
      if (!ready) {
        await this.#stay?.failed();
        return await this.#turnAway(
          new PinwireError("bad_proof", "the proof is wrong", { hint: "both ends need the same token" }),
        );
      }
      if (this.#stay?.passed() === false) {
        return await this.#turnAway(
          new PinwireError("too_many_clients", "there are too many clients already", {
            hint: "raise --max-clients",
          }),
        );
      }
      this.#onProven();
      this.#place = "ready";
      this.#heartbeat = new Heartbeat(this.#connection, SERVER_PATIENCE);
      this.#idle.begin();
      await this.#connection.write(ready);
    } catch (error) {
      if (!(error instanceof PinwireError) || error.code !== "bad_version") throw error;
      await this.#turnAway(error);
    }
  }

  #onReadyFrame(type: number, stream: number, body: Uint8Array): void {
    const command = this.#commands.get(stream);
    switch (type) {
      case TYPE.exec:
        this.#pending = this.#exec(stream, body);
        return;
      case TYPE.ping:
        this.#pending = this.#connection.write(makeFrame(TYPE.pong, 0));
        return;
      case TYPE.pong:
        return;
      case TYPE.error:
        if (stream === 0) this.#connection.close();
        else void command?.giveUp("its client gave it up");
        return;
    }
    if (command?.take(type, body)) return;
    const isKnown = type >= TYPE.stdin && type <= TYPE.resize && !(type >= TYPE.stdout && type <= TYPE.exit);
    // What is about a command that is over may have crossed with its exit.
    if (type >= OPTIONAL_TYPES || isKnown && stream <= this.#lastStream) return;
    const what = isKnown ? `a frame about command ${stream}, which isn't there` : `a frame of type ${type}`;
    this.#pending = this.#fail(stream, badFrame(what));
  }

  async #exec(stream: number, body: Uint8Array): Promise<void> {
    if (stream <= this.#lastStream) throw badFrame(`command number ${stream} behind ${this.#lastStream}`);
    this.#lastStream = stream;
    const { jobs, ran } = this.#share;
    const exec = parseExec(body);
    const { maxSessions } = jobs.rules;
    // They are many if their exits wait for a client that doesn't read.
    if (this.#commands.size >= maxSessions) return await this.#fail(stream, tooMany(maxSessions));
    let command: ServerStream;
    try {
      command = new ServerStream(
        stream,
        this.#connection,
        await jobs.start(exec, this.#connection.remote),
      );
    } catch (error) {
      if (!(error instanceof PinwireError)) throw error;
      return await this.#fail(stream, error);
    }
    this.#commands.set(stream, command);
    this.#idle.end();
    const running = command.run().then(() => {
      this.#commands.delete(stream);
      if (!this.#commands.size && this.#place === "ready") this.#idle.begin();
      this.#running.delete(running);
      ran();
    });
    this.#running.add(running);
  }

  /** Tells of an error on a stream; on stream 0 it is the last word. */
  async #fail(stream: number, error: PinwireError): Promise<void> {
    if (stream === 0) throw error;
    void this.#commands.get(stream)?.giveUp(error.message);
    await this.#connection.write(makeJsonFrame(TYPE.error, stream, failureOf(error)));
  }

  async #leave(): Promise<void> {
    const seconds = this.#share.idleTimeout / 1000;
    await this.#say(new PinwireError("idle_timeout", `nothing was run for ${seconds} s (--idle-timeout)`));
    this.#connection.close();
  }

  async #turnAway(error: PinwireError): Promise<void> {
    this.#place = "over";
    this.#share.jobs.refused(this.#connection.remote, error);
    await this.#say(error);
    this.#connection.close();
  }

  async #say(error: PinwireError): Promise<void> {
    this.#place = "over";
    const said = this.#connection.write(makeJsonFrame(TYPE.error, 0, failureOf(error)));
    await withTimeout(LAST_WORD, said.catch(() => {}));
  }
}

const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve));

const failureOf = ({ code, message, hint }: PinwireError): Failure => ({
  code,
  message,
  ...hint !== undefined && { hint },
});
