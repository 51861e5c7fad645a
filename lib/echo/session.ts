import { type Context, MessageWatch, type WatchOptions } from "../app/mod.ts";
import { ByteBuffer, FrameError } from "../framing/mod.ts";
import { type Connection, HALF_CLOSE_TIME, type Timer, withTimeout } from "../net/mod.ts";
import { guardRequests } from "../session/browser_guard.ts";
import { type Owe, Session } from "../session/mod.ts";
import { LateAnswers, writeLate } from "./late_answers.ts";
import type { Asker, Reply } from "./protocol.ts";

/** What an echo server does with messages. */
export interface EchoOptions extends WatchOptions {
  /** Makes the answers; without it messages are only taken. */
  reply?: Reply;
  /** Ms from a message to its answer. */
  replyDelay?: number;
  /** Messages of a connection after which it is closed, once they are answered. */
  closeAfter?: number;
  /** With `once`: takes the one message that there is; false if another connection was faster. */
  takeOnce?(): boolean;
  /** Ends the server. */
  stop(): void;
}

/** An `EchoOptions.takeOnce` that counts in a cell, which workers can share. */
export function takeOnce(cell: Int32Array): () => boolean {
  return () => Atomics.exchange(cell, 0, 1) === 0;
}

/** Answers are written once so many bytes of them have gathered, however many messages one read held. */
const ENOUGH_ANSWERS = 65_536;
/** Ms that the last answer may take to be written, once it is to leave. */
const LAST_WRITE = 2000;
/** Ms that the peer has to end its side after the last answer. */
const LINGER = 200;

/** Answers every message of one connection. Where it can, it builds the answer around the message as that lies in memory. */
export class EchoSession extends Session {
  readonly headroom?: number;
  readonly tailroom?: number;
  #options: EchoOptions;
  #watch: MessageWatch;
  #late?: LateAnswers;
  /** The number of the last message. */
  #last: number;
  #asker: Asker;
  #inPlace?: Reply;
  #answer?: Uint8Array;
  #body?: ByteBuffer;
  #out?: ByteBuffer;
  /** Set once the last answer is out, until the peer has ended its side or its time is up. */
  #lingering?: Timer;

  /** @param owe is told of answers that leave late */
  constructor(connection: Connection, context: Context, options: EchoOptions, owe?: Owe) {
    const { reply, replyDelay, until } = options;
    const late = replyDelay ? new LateAnswers(replyDelay, context.clock) : undefined;
    const out = late ? writeLate(connection, late) : connection;
    super(until === undefined ? out : guardRequests(out), context);
    if (late) owe?.(late);
    this.#late = late;
    this.#last = options.closeAfter ?? Infinity;
    const { codec, encoding } = context;
    this.#options = options;
    this.#watch = new MessageWatch(context, options, false);
    const peer = reply?.namesPeer ? encoding.encode(peerField(this.peer.name)).bytes : NOBODY;
    this.#asker = { peer, n: 0 };
    if (!reply) return;
    if (reply.surrounds && codec.isPerRead) {
      this.#inPlace = reply;
      this.headroom = reply.headroom(peer);
      this.tailroom = reply.tailroom(peer);
    } else {
      this.#body = new ByteBuffer();
      this.#out = new ByteBuffer();
    }
  }

  onFrame(message: Uint8Array): boolean {
    if (this.#isOver) return false;
    const watch = this.#watch;
    if (this.#options.takeOnce?.() === false) return false;
    const asker = this.#asker;
    asker.n++;
    if (watch.isActive) watch.received(this.peer.name, message);
    if (this.#inPlace) {
      this.#answer = this.#inPlace.surround(message, asker, this.clock.wall());
      if (watch.isActive) watch.sent(this.#answer);
      return false;
    }
    if (!this.#out) return false;
    const isFlood = this.#frameAnswer(message, this.#options.reply!, this.#body!, this.#out);
    return isFlood || this.#out.length >= ENOUGH_ANSWERS;
  }

  override onBatch(): Promise<void> | undefined {
    if (this.#lingering) return undefined;
    const bytes = this.#inPlace ? this.#answer : this.#out?.bytes();
    this.#answer = undefined;
    if (this.#isOver) return this.#finish(bytes);
    const drained = this.context.reporter.drained() ?? this.errors.turn();
    const isAnswer = bytes?.length || this.#inPlace && bytes;
    const written = isAnswer ? this.connection.write(bytes!) : undefined;
    if (!written) {
      this.#out?.clear();
      return drained;
    }
    if (this.#inPlace && !drained) return written;
    return written.then(() => {
      this.#out?.clear();
      return drained;
    });
  }

  /** Whether the last message has come. */
  get #isOver(): boolean {
    return this.#watch.isOver || this.#asker.n >= this.#last;
  }

  #frameAnswer(message: Uint8Array, reply: Reply, body: ByteBuffer, out: ByteBuffer): boolean {
    reply.write(message, this.#asker, this.clock.wall(), body);
    try {
      this.encoder.encode(body.bytes(), out);
      this.#watch.sent(body.bytes());
      return false;
    } catch (error) {
      return this.errors.report(error);
    } finally {
      body.clear();
    }
  }

  // Closing with unread bytes would be a reset, which can destroy the answer on its way: so reading goes on.
  async #finish(bytes: Uint8Array | undefined): Promise<void> {
    const { connection, clock } = this;
    await withTimeout((this.#options.replyDelay ?? 0) + LAST_WRITE, this.#writeLast(bytes), clock);
    this.#lingering = clock.after(LINGER, () => connection.close());
  }

  async #writeLast(bytes: Uint8Array | undefined): Promise<void> {
    if (bytes?.length) await this.connection.write(bytes);
    await this.connection.closeWrite();
  }

  async #untilSettled(): Promise<void> {
    if (this.#late) await withTimeout(HALF_CLOSE_TIME, this.#late.settled(), this.clock);
  }

  protected override ended(): Promise<void> {
    return this.#untilSettled();
  }

  protected override async failed(error: unknown): Promise<void> {
    // What stood behind the last message is of no interest.
    if (this.#isOver) return;
    if (error instanceof FrameError) await this.#untilSettled();
    throw error;
  }

  protected override over(): void {
    this.#lingering?.cancel();
    if (this.#watch.isOver) this.#options.stop();
  }
}

const NOBODY = new Uint8Array();

/** `{peer}`: `127.0.0.1:50123`, or `unix:#3`. */
const peerField = (name: string) => name.replace(/^[a-z]+:\/\//, "");
