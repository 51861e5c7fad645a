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
import { AnswerGuard, reportDrops } from "../session/mod.ts";
import type { Asker, Reply } from "./protocol.ts";
import type { EchoOptions } from "./session.ts";

/** Answers every datagram until the socket is closed. */
export async function echoDatagrams(
  socket: DatagramSocket,
  context: Context,
  options: EchoOptions,
): Promise<void> {
  const { reporter, clock } = context;
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
    await socket.send(bytes, from);
  }

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
