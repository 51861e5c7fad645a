import { type Context, FrameErrors } from "../app/mod.ts";
import type { PinwireError } from "../errors.ts";
import {
  type Decoder,
  type Encoder,
  type FrameError,
  type FrameHandler,
  receiveFrames,
} from "../framing/mod.ts";
import type { Clock, Connection, Peer } from "../net/mod.ts";
import { Heartbeat, type HeartbeatOptions } from "./heartbeat.ts";

/** Bytes that the first read may give. */
const FIRST_READ = 256;

/**
 * One conversation over one connection, from either end: frames come in, one after the other, until the stream ends or
 * the session is closed. What a mode adds is its protocol.
 */
export abstract class Session implements FrameHandler {
  readonly peer: Peer;
  readonly clock: Clock;
  protected readonly connection: Connection;
  protected readonly context: Context;
  protected readonly decoder: Decoder;
  protected readonly encoder: Encoder;
  protected readonly errors: FrameErrors;
  /** There once both ends keep one up. */
  protected heartbeat?: Heartbeat;
  /** Why it ends, if we end it for a reason: the first one counts, whatever else befalls it while it goes. */
  protected reason: unknown;

  constructor(connection: Connection, context: Context) {
    const { decoder, encoder } = context.codec.open();
    this.connection = connection;
    this.peer = connection.peer;
    this.context = context;
    this.clock = context.clock;
    this.decoder = decoder;
    this.encoder = encoder;
    this.errors = new FrameErrors(context.reporter, connection.peer.name, context.clock);
  }

  /** Most messages are short: an idle connection shall be small. Where a read is a message, it mustn't cut one. */
  get first(): number | undefined {
    return this.decoder.largestChunk === undefined ? FIRST_READ : undefined;
  }

  abstract onFrame(frame: Uint8Array): Promise<void> | boolean | void;

  onBatch(): Promise<void> | undefined {
    return this.errors.turn();
  }

  onError(error: FrameError): boolean {
    return this.errors.report(error);
  }

  /**
   * Receives until the end of the stream, then closes the connection and {@linkcode over}.
   *
   * @throws the reason given to {@linkcode close}; what receiving and handling a frame throw
   */
  async run(): Promise<void> {
    try {
      await receiveFrames(this.connection, this.decoder, this);
      await this.ended();
      if (this.reason !== undefined) throw this.reason;
    } catch (error) {
      await this.failed(this.reason ?? error);
    } finally {
      this.heartbeat?.stop();
      this.connection.close();
      this.errors.close();
      await this.over();
    }
  }

  /** Ends the session now; `reason`, if there is one, is what {@linkcode run} throws. */
  close(reason?: unknown): void {
    this.reason ??= reason;
    this.connection.close(this.reason);
  }

  /** Keeps a heartbeat up from now on. A peer that doesn't answer ends the session. */
  protected keepAlive(options: Omit<HeartbeatOptions, "clock" | "peer" | "lose">): void {
    const lose = (reason: PinwireError) => this.close(reason);
    this.heartbeat = new Heartbeat({ ...options, clock: this.clock, peer: this.peer.name, lose });
  }

  /** The peer has ended its side: what is still to be said to it may go out before the connection closes. */
  protected ended(): Promise<void> | void {}

  /** Something went wrong: a last word may go out. Throws what {@linkcode run} is to throw, if anything. */
  protected failed(error: unknown): Promise<void> | void {
    throw error;
  }

  /** The connection is closed, however that came about: what the session held is given back here. */
  protected over(): Promise<void> | void {}
}
