import { PinwireError } from "../errors.ts";
import { ByteBuffer, pullFrames } from "../framing/mod.ts";
import {
  AnswerGuard,
  type Connection,
  type Context,
  type DatagramSocket,
  datagramTooLong,
  type Endpoint,
  hostPort,
  MAX_DATAGRAM,
  reportFrameError,
  systemClock,
  udpPeer,
} from "../net/mod.ts";
import { type Asker, isStampedTwice, type Reply } from "./protocol.ts";
import { Watch, type WatchOptions } from "./watch.ts";

/** What an echo server does with messages. */
export interface EchoOptions extends WatchOptions {
  /** Makes the answers; without it messages are only taken. */
  reply?: Reply;
  /** Ends the server. */
  stop(): void;
}

/** Answers every message of one connection until its stream ends. */
export async function echoConnection(
  connection: Connection,
  context: Context,
  options: EchoOptions,
): Promise<void> {
  const { reply } = options;
  const { decoder, encoder } = context.codec.open();
  const isRaw = context.codec.spec === "raw";
  const watch = new Watch(context, options, false);
  const asker: Asker = { peer: context.encoding.encode(peerField(connection.remote)).bytes, n: 0 };
  const inPlace = isRaw && reply?.surrounds ? reply : undefined;
  const body = new ByteBuffer();
  const out = new ByteBuffer();
  let answer: Uint8Array | undefined;

  function onFrame(message: Uint8Array) {
    if (watch.isOver) return;
    asker.n++;
    if (watch.isActive) watch.received(connection.remote, message);
    if (inPlace) {
      answer = inPlace.surround(message, asker, Date.now());
      if (watch.isActive) watch.sent(answer);
    } else if (reply) {
      body.clear();
      reply.write(message, asker, Date.now(), body);
      try {
        encoder.encode(body.bytes(), out);
        watch.sent(body.bytes());
      } catch (error) {
        reportFrameError(context.reporter, error, connection.remote);
      }
    }
  }

  function onBatch(): Promise<void> | undefined {
    const bytes = inPlace ? answer : out.bytes();
    answer = undefined;
    if (watch.isOver) return finish(bytes);
    const drained = watch.isActive ? context.reporter.drained() : undefined;
    if (!bytes?.length) return drained;
    const written = inPlace ? connection.write(bytes) : connection.write(bytes).then(() => out.clear());
    return drained ? written.then(() => drained) : written;
  }

  async function finish(bytes: Uint8Array | undefined) {
    if (bytes) await connection.write(bytes);
    await connection.closeWrite();
    connection.close();
    options.stop();
  }

  await pullFrames(connection, decoder, {
    onFrame,
    onBatch,
    onError: (error) => context.reporter.error(error, connection.remote),
    clock: systemClock,
    headroom: inPlace?.headroom(asker.peer),
    tailroom: inPlace?.tailroom(asker.peer),
  });
}

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
  const watch = new Watch(context, options, true);
  const memory = new Uint8Array(65_536);
  const out = new ByteBuffer(MAX_DATAGRAM);
  const asker: Asker = { peer: new Uint8Array(), n: 0 };

  async function answer(reply: Reply, message: Uint8Array, from: Endpoint) {
    if (reply.namesPeer) asker.peer = context.encoding.encode(hostPort(from)).bytes;
    out.clear();
    reply.write(message, asker, Date.now(), out);
    const bytes = out.bytes();
    if (bytes.length > MAX_DATAGRAM) throw datagramTooLong("an answer", bytes.length);
    if (wouldGoRound(reply, message, bytes)) return guard.drop();
    if (!guard.allows(from, message.length, bytes.length, Date.now())) return;
    if (watch.isActive) watch.sent(bytes);
    await socket.send(bytes, from);
  }

  try {
    while (!watch.isOver) {
      await reporter.drained();
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

// Between two servers that answer everything a datagram would go to and fro for ever.
function wouldGoRound(reply: Reply, message: Uint8Array, answer: Uint8Array): boolean {
  return isStampedTwice(message) ||
    (reply.isFixed && message.length === answer.length && message.every((byte, i) => byte === answer[i]));
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
