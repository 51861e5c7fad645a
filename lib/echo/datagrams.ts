import { type Context, MessageWatch } from "../app/mod.ts";
import { ByteBuffer } from "../framing/mod.ts";
import {
  type DatagramSocket,
  datagramTooLong,
  type Endpoint,
  hostPort,
  MAX_DATAGRAM,
  udpPeer,
} from "../net/mod.ts";
import { AnswerGuard, type Owe, reportDrops } from "../session/mod.ts";
import { LateAnswers } from "./late_answers.ts";
import type { Asker, Reply } from "./protocol.ts";
import type { EchoOptions } from "./session.ts";

/**
 * Answers every datagram until the socket is closed.
 *
 * @param owe is told of answers that leave late
 */
export async function echoDatagrams(
  socket: DatagramSocket,
  context: Context,
  options: EchoOptions,
  owe: Owe,
): Promise<void> {
  const { reporter, clock, stop } = context;
  const { replyDelay } = options;
  const late = replyDelay ? new LateAnswers(replyDelay, clock) : undefined;
  if (late) owe(late);
  const guard = new AnswerGuard(socket.endpoint);
  using _reports = reportDrops(guard, context);
  const watch = new MessageWatch(context, options, true);
  const memory = new Uint8Array(65_536);
  const out = new ByteBuffer(MAX_DATAGRAM);
  const asker: Asker = { peer: new Uint8Array(), n: 0 };

  async function answer(reply: Reply, message: Uint8Array, from: Endpoint) {
    if (reply.namesPeer) asker.peer = context.encoding.encode(hostPort(from)).bytes;
    out.clear();
    reply.write(message, asker, clock.wall(), out);
    const bytes = out.bytes();
    if (bytes.length > MAX_DATAGRAM) throw datagramTooLong("an answer", bytes.length);
    // Between two servers that answer everything a datagram would go to and fro for ever.
    if (reply.couldLoop(message)) return guard.drop();
    if (!guard.allows(from, message.length, bytes.length, clock.now())) return;
    if (watch.isActive) watch.sent(bytes);
    if (!late) return await socket.send(bytes, from);
    const copy = bytes.slice();
    const send = () => socket.send(copy, from).catch((error) => reporter.error(error, udpPeer(from)));
    await late.add(copy.length, send);
  }

  try {
    while (!watch.isOver) {
      const drained = reporter.drained();
      if (drained) await drained;
      const received = await receive(socket, memory, context);
      if (!received) return;
      // Only late answers keep a socket open by now, and those are to earlier questions.
      if (stop.signal.aborted) continue;
      const [message, from] = received;
      asker.n++;
      if (watch.isActive) watch.received(udpPeer(from), message);
      try {
        if (options.reply) await answer(options.reply, message, from);
      } catch (error) {
        reporter.error(error, udpPeer(from));
      }
    }
    await late?.settled();
    options.stop();
  } finally {
    late?.drop();
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
