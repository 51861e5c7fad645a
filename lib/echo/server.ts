import { PinwireError } from "../errors.ts";
import { ByteBuffer, type Encoder, type FrameError, pullFrames, type PullOptions } from "../framing/mod.ts";
import { type Context, FrameErrors, MessageWatch, systemClock, type WatchOptions } from "../app/mod.ts";
import {
  AnswerGuard,
  type Connection,
  type DatagramSocket,
  datagramTooLong,
  type Endpoint,
  hostPort,
  MAX_DATAGRAM,
  udpPeer,
  withTimeout,
} from "../net/mod.ts";
import { type Asker, isStampedTwice, type Reply } from "./protocol.ts";

/** What an echo server does with messages. */
export interface EchoOptions extends WatchOptions {
  /** Makes the answers; without it messages are only taken. */
  reply?: Reply;
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

/** Answers every message of one connection until its stream ends. */
export async function echoConnection(
  connection: Connection,
  context: Context,
  options: EchoOptions,
): Promise<void> {
  const { decoder, encoder } = context.codec.open();
  const session = new EchoSession(connection, context, options, encoder);
  try {
    await pullFrames(connection, decoder, session);
  } catch (error) {
    // What stood behind the last message is of no interest.
    if (!session.isOver) throw error;
  } finally {
    session.close();
  }
}

/** One connection being served. Where it can, it builds the answer around the message as that lies in memory. */
class EchoSession implements PullOptions {
  readonly clock = systemClock;
  readonly headroom?: number;
  readonly tailroom?: number;
  #connection: Connection;
  #context: Context;
  #options: EchoOptions;
  #encoder: Encoder;
  #watch: MessageWatch;
  #errors: FrameErrors;
  #asker: Asker;
  #inPlace?: Reply;
  #answer?: Uint8Array;
  #body?: ByteBuffer;
  #out?: ByteBuffer;
  #isFinished = false;

  constructor(connection: Connection, context: Context, options: EchoOptions, encoder: Encoder) {
    const { reply } = options;
    this.#connection = connection;
    this.#context = context;
    this.#options = options;
    this.#encoder = encoder;
    this.#watch = new MessageWatch(context, options, false);
    this.#errors = new FrameErrors(context.reporter, connection.remote);
    const peer = reply?.namesPeer ? context.encoding.encode(peerField(connection.remote)).bytes : NOBODY;
    this.#asker = { peer, n: 0 };
    if (!reply) return;
    if (reply.surrounds && context.codec.spec === "raw") {
      this.#inPlace = reply;
      this.headroom = reply.headroom(peer);
      this.tailroom = reply.tailroom(peer);
    } else {
      this.#body = new ByteBuffer();
      this.#out = new ByteBuffer();
    }
  }

  /** Whether the last message has passed. */
  get isOver(): boolean {
    return this.#watch.isOver;
  }

  onFrame(message: Uint8Array): boolean {
    const watch = this.#watch;
    if (watch.isOver) return false;
    if (this.#options.takeOnce?.() === false) return false;
    const asker = this.#asker;
    asker.n++;
    if (watch.isActive) watch.received(this.#connection.remote, message);
    if (this.#inPlace) {
      this.#answer = this.#inPlace.surround(message, asker, Date.now());
      if (watch.isActive) watch.sent(this.#answer);
      return false;
    }
    if (!this.#out) return false;
    const isFlood = this.#frameAnswer(message, this.#options.reply!, this.#body!, this.#out);
    return isFlood || this.#out.length >= ENOUGH_ANSWERS;
  }

  onBatch(): Promise<void> | undefined {
    if (this.#isFinished) return undefined;
    const bytes = this.#inPlace ? this.#answer : this.#out?.bytes();
    this.#answer = undefined;
    if (this.isOver) return this.#finish(bytes);
    const drained = this.#context.reporter.drained() ?? this.#errors.turn();
    if (!bytes?.length) return drained;
    const written = this.#inPlace ? this.#connection.write(bytes) : this.#writeOut(bytes);
    return drained ? written.then(() => drained) : written;
  }

  onError(error: FrameError): boolean {
    return this.#errors.report(error);
  }

  /** Tells of what was counted and not yet told. */
  close(): void {
    this.#errors.close();
  }

  #frameAnswer(message: Uint8Array, reply: Reply, body: ByteBuffer, out: ByteBuffer): boolean {
    reply.write(message, this.#asker, Date.now(), body);
    try {
      this.#encoder.encode(body.bytes(), out);
      this.#watch.sent(body.bytes());
      return false;
    } catch (error) {
      return this.#errors.report(error);
    } finally {
      body.clear();
    }
  }

  async #writeOut(bytes: Uint8Array): Promise<void> {
    await this.#connection.write(bytes);
    this.#out?.clear();
  }

  async #finish(bytes: Uint8Array | undefined): Promise<void> {
    this.#isFinished = true;
    const written = bytes?.length ? this.#connection.write(bytes) : undefined;
    if (written) await withTimeout(LAST_WRITE, written);
    await withTimeout(LINGER, this.#end());
    this.#connection.close();
    this.#options.stop();
  }

  // Closing with unread bytes would be a reset, which can destroy the answer on its way.
  async #end(): Promise<void> {
    await this.#connection.closeWrite();
    const buffer = new Uint8Array(4096);
    while (await this.#connection.read(buffer) !== null);
  }
}

const NOBODY = new Uint8Array();
/** The last answer may take so many ms to be written. */
const LAST_WRITE = 2000;
/** After the last answer the peer has so many ms to end its side. */
const LINGER = 200;

/** `{peer}`: `127.0.0.1:50123`, or `unix:#3`. */
const peerField = (remote: string) => remote.replace(/^[a-z]+:\/\//, "");

/** Answers every datagram until the socket is closed. */
export async function echoDatagrams(
  socket: DatagramSocket,
  context: Context,
  options: EchoOptions,
): Promise<void> {
  const { reporter } = context;
  const guard = new AnswerGuard(socket.endpoint);
  const drops = setInterval(() => reportDropped(guard, context), 1000);
  const watch = new MessageWatch(context, options, true);
  const memory = new Uint8Array(65_536);
  const out = new ByteBuffer(MAX_DATAGRAM);
  const asker: Asker = { peer: new Uint8Array(), n: 0 };

  async function answer(reply: Reply, message: Uint8Array, from: Endpoint) {
    if (reply.namesPeer) asker.peer = context.encoding.encode(hostPort(from)).bytes;
    out.clear();
    reply.write(message, asker, Date.now(), out);
    const bytes = out.bytes();
    if (bytes.length > MAX_DATAGRAM) throw datagramTooLong("an answer", bytes.length);
    // Between two servers that answer everything a datagram would go to and fro for ever.
    if (isStampedTwice(message) || reply.couldHaveMade(message)) return guard.drop();
    if (!guard.allows(from, message.length, bytes.length, Date.now())) return;
    if (watch.isActive) watch.sent(bytes);
    await socket.send(bytes, from);
  }

  try {
    while (!watch.isOver) {
      const drained = reporter.drained();
      if (drained) await drained;
      const received = await receive(socket, memory, context);
      if (!received) return;
      const [message, from] = received;
      asker.n++;
      if (watch.isActive) watch.received(udpPeer(from), message);
      try {
        if (options.reply) await answer(options.reply, message, from);
      } catch (error) {
        reporter.error(error, udpPeer(from));
      }
    }
    options.stop();
  } finally {
    clearInterval(drops);
    reportDropped(guard, context);
  }
}

/** The next datagram, whatever the system says of the ones before. */
async function receive(socket: DatagramSocket, memory: Uint8Array, { reporter }: Context) {
  for (;;) {
    try {
      return await socket.receive(memory);
    } catch (error) {
      reporter.error(error);
    }
  }
}

function reportDropped(guard: AnswerGuard, { reporter }: Context): void {
  const dropped = guard.takeDropped();
  if (!dropped) return;
  reporter.error(
    new PinwireError("answers_dropped", `datagrams not answered: ${dropped}`, {
      hint: "they came from where an echo would loop or amplify, or too fast",
    }),
  );
}
