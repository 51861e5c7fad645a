import { concat } from "@std/bytes/concat";
import { PinwireError } from "../../errors.ts";
import { FrameError, pullFrames, type PullOptions } from "../../framing/mod.ts";
import type { Context } from "../../app/mod.ts";
import { type Connection, hasGone } from "../../net/mod.ts";
import { bindingOf, type Token } from "../../session/token.ts";
import { ClientHandshake, needsTls } from "../handshake.ts";
import { Heartbeat } from "../heartbeat.ts";
import {
  badFrame,
  CLIENT_PATIENCE,
  type Exec,
  LONGEST_BEFORE_READY,
  LONGEST_FRAME,
  LONGEST_READY,
  makeFrame,
  makeJsonFrame,
  OPTIONAL_TYPES,
  parseFailure,
  type Ready,
  splitFrame,
  TYPE,
} from "../protocol.ts";
import { ClientStream, type Output } from "./client_stream.ts";

/**
 * Bytes of output that may be under way besides {@linkcode WINDOW}: enough for 100 MB/s over the way to the server, and
 * on a short one little, since who may print much at a time keeps the server's other clients waiting.
 */
const LEAST_MORE = 131_072;
const MOST_MORE = 4 * 1024 * 1024;
const MORE_PER_MS = 100_000;
/** A server that hasn't let us in by then, in ms, won't. */
const OPENING_TIME = 10_000;

/**
 * A connection to a shell server, wire v1: both have proven that they know the token, and commands can be run, several
 * at once.
 */
export class ShellClient implements PullOptions {
  /** What the server says of itself. */
  readonly ready: Promise<Ready>;
  /** Rejects with why the connection ended; it never resolves. */
  readonly lost: Promise<never>;
  #connection: Connection;
  #handshake: ClientHandshake;
  #opening = Promise.withResolvers<Ready>();
  #limit: (longest: number) => void;
  #place: "challenge" | "ready" | "open" | "over" = "challenge";
  #running = new Map<number, ClientStream>();
  #streams = 0;
  #pending?: Promise<void>;
  #heartbeat?: Heartbeat;
  #loss = Promise.withResolvers<never>();
  #failure: unknown;
  /** Ms to the server and back; while that isn't known, when it was begun to be measured. */
  #roundTrip = 0;

  private constructor(connection: Connection, token: Token, limit: (longest: number) => void) {
    this.ready = this.#opening.promise;
    this.lost = this.#loss.promise;
    this.lost.catch(() => {});
    this.#connection = connection;
    this.#handshake = new ClientHandshake(token, bindingOf(connection, "dialled"));
    this.#limit = limit;
    limit(LONGEST_BEFORE_READY);
  }

  /**
   * Opens the conversation; the connection is the client's from now on.
   *
   * @throws {PinwireError} why the server doesn't let us in, or isn't to be trusted
   */
  static async open(connection: Connection, token: Token, context: Context): Promise<ShellClient> {
    try {
      if (needsTls(connection)) throw tlsNeeded(connection);
      const { decoder } = context.codec.open();
      const client = new ShellClient(connection, token, (longest) => decoder.limit!(longest));
      const timer = setTimeout(() => client.#end(tooSlow(connection)), OPENING_TIME);
      client.#roundTrip = performance.now();
      await connection.write(client.#handshake.hello);
      void pullFrames(connection, decoder, client).then(
        () =>
          client.#end(new PinwireError("connection_closed", `${connection.remote} closed the connection`)),
        (error) => client.#end(error),
      );
      await client.ready.finally(() => clearTimeout(timer));
      return client;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Runs a command. Its `exited` rejects if it never ran, or the link was lost. */
  run(exec: Exec, output: Output): ClientStream {
    const stream = ++this.#streams;
    const running = new ClientStream(stream, this.#connection, output);
    if (this.#place === "over") {
      running.fail(this.#failure);
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
    this.#connection.write(concat([frame, running.widen(more)])).catch((error) => running.fail(error));
    return running;
  }

  /** Ends the connection, and every command with it. */
  close(): void {
    this.#end(new PinwireError("connection_closed", "the connection was closed here"));
  }

  onFrame(frame: Uint8Array): boolean {
    if (this.#place === "over") return false;
    this.#heartbeat?.heard();
    const { type, stream, body } = splitFrame(frame);
    if (type === TYPE.error && stream === 0) throw this.#refusal(body);
    if (this.#place === "open") this.#onOpenFrame(type, stream, body);
    else this.#pending = this.#shakeHands(type, body.slice());
    return this.#pending !== undefined;
  }

  onBatch(): Promise<void> | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }

  async #shakeHands(type: number, body: Uint8Array): Promise<void> {
    if (type !== (this.#place === "challenge" ? TYPE.challenge : TYPE.ready)) {
      throw badFrame("another frame than the opening's");
    }
    if (this.#place === "challenge") {
      this.#roundTrip = performance.now() - this.#roundTrip;
      this.#place = "ready";
      this.#limit(LONGEST_READY);
      await this.#connection.write(await this.#handshake.prove(body));
      return;
    }
    const ready = await this.#handshake.check(body);
    this.#place = "open";
    this.#limit(LONGEST_FRAME);
    this.#heartbeat = new Heartbeat(this.#connection, CLIENT_PATIENCE);
    this.#opening.resolve(ready);
  }

  #onOpenFrame(type: number, stream: number, body: Uint8Array): void {
    switch (type) {
      case TYPE.ping:
        this.#pending = this.#connection.write(makeFrame(TYPE.pong, 0));
        return;
      case TYPE.pong:
        return;
    }
    if (type >= OPTIONAL_TYPES || this.#running.get(stream)?.take(type, body)) return;
    // What is about a command that is over is for nobody.
    if (type >= TYPE.stdout && type <= TYPE.error && stream <= this.#streams) return;
    throw badFrame(`a frame of type ${type} on stream ${stream}`);
  }

  #refusal(body: Uint8Array): PinwireError {
    const { code, message, hint } = parseFailure(body);
    return new PinwireError(code, `${this.#connection.remote} says: ${message}`, { hint });
  }

  #end(error: unknown): void {
    if (this.#place === "over") return;
    const wasOpen = this.#place === "open";
    if (wasOpen && error instanceof FrameError) error = badFrame(`what is no frame (${error.message})`);
    this.#place = "over";
    this.#heartbeat?.stop();
    this.#connection.close();
    try {
      this.#heartbeat?.check(this.#connection.remote);
    } catch (silence) {
      error = silence;
    }
    this.#failure = wasOpen ? error : notLetIn(error, this.#connection);
    this.#opening.reject(this.#failure);
    this.ready.catch(() => {});
    this.#loss.reject(this.#failure);
    for (const running of this.#running.values()) running.fail(lost(this.#failure));
  }
}

const tooLong = () =>
  new PinwireError("command_too_long", `the command has more than ${LONGEST_FRAME} bytes`, {
    hint: "send what is long as its stdin",
  });

const tlsNeeded = ({ remote }: Connection) =>
  new PinwireError("tls_needed", `${remote} is another machine, a shell there needs TLS`, {
    hint:
      'make a certificate with "pinwire cert HOST" for its --tls-cert and --tls-key, and dial tls:// with --ca',
  });

const tooSlow = ({ remote }: Connection) =>
  new PinwireError("timed_out", `${remote} has not let us in within ${OPENING_TIME / 1000} s`, {
    hint: NOT_OURS,
  });

const NOT_OURS = "is it pinwire shell serve? A tutorial's server needs --wire simple";

/** Before it let us in, the server has said something else, or nothing. */
function notLetIn(error: unknown, { remote }: Connection): unknown {
  if (error instanceof FrameError || error instanceof PinwireError && error.code === "bad_frame") {
    return new PinwireError("not_shell", `${remote} does not speak the shell's wire v1`, {
      hint: NOT_OURS,
      cause: error,
    });
  }
  if (!hasGone(error)) return error;
  return new PinwireError("connection_closed", `${remote} closed the connection before it let us in`, {
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
