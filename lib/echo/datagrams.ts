import { type Context, MessageWatch } from "../app/mod.ts";
import { ByteBuffer } from "../framing/mod.ts";
import {
  type Answer,
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

/** The longest that `{peer}` can be. */
const LONGEST_PEER = "[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535";

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
  const over = Promise.withResolvers<void>();
  const out = new ByteBuffer(MAX_DATAGRAM);
  const asker: Asker = { peer: new Uint8Array(), n: 0 };
  const { reply } = options;
  const longest = context.encoding.encode(LONGEST_PEER).bytes;
  const inPlace = reply?.surrounds
    ? { headroom: reply.headroom(longest), tailroom: reply.tailroom(longest) }
    : undefined;

  /** Builds an answer, where possible around the message as that lies in memory. */
  function build(reply: Reply, message: Uint8Array, from: Endpoint): Uint8Array {
    if (reply.namesPeer) asker.peer = context.encoding.encode(hostPort(from)).bytes;
    if (inPlace) return reply.surround(message, asker, clock.wall());
    out.clear();
    reply.write(message, asker, clock.wall(), out);
    return out.bytes();
  }

  function answerTo(reply: Reply, message: Uint8Array, from: Endpoint): Uint8Array | undefined {
    // Between two servers that answer everything a datagram would go to and fro for ever.
    if (reply.couldLoop(message)) return void guard.drop();
    const { length } = message;
    const answer = build(reply, message, from);
    if (answer.length > MAX_DATAGRAM) {
      reporter.error(datagramTooLong("an answer", answer.length), udpPeer(from));
      return undefined;
    }
    if (!guard.allows(from, length, answer.length, clock.now())) return undefined;
    if (watch.isActive) watch.sent(answer);
    return answer;
  }

  async function sendLate(answer: Uint8Array, from: Endpoint, late: LateAnswers): Promise<void> {
    const copy = answer.slice();
    await late.add(copy.length, () => send(copy, from));
  }

  const send = (answer: Uint8Array, to: Endpoint) =>
    socket.send(answer, to).catch((error) => reporter.error(error, udpPeer(to)));

  async function finish(answer: Uint8Array | undefined, from: Endpoint): Promise<void> {
    if (answer) await (late ? sendLate(answer, from, late) : send(answer, from));
    await late?.settled();
    over.resolve();
  }

  function onDatagram(message: Uint8Array, from: Endpoint): Answer | Promise<Answer> {
    // Only late answers keep a socket open by now, and those are to earlier questions.
    if (stop.signal.aborted || watch.isOver) return undefined;
    asker.n++;
    if (watch.isActive) watch.received(udpPeer(from), message);
    const answer = reply && answerTo(reply, message, from);
    if (watch.isOver) return finish(answer, from);
    if (answer && late) return sendLate(answer, from, late).then(() => reporter.drained());
    return reporter.drained()?.then(() => answer) ?? answer;
  }

  try {
    const onError = (error: unknown, peer?: string) => reporter.error(error, peer);
    await Promise.race([socket.receive({ onDatagram, onError, ...inPlace }), over.promise]);
    if (watch.isOver) options.stop();
  } finally {
    late?.drop();
  }
}
