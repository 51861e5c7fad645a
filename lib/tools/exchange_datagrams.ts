import type { Context } from "../app/mod.ts";
import { type DatagramPeer, type DatagramSocket, type Endpoint, isLoss, pause, udpPeer } from "../net/mod.ts";
import type { Ends } from "./ends.ts";
import { Pump } from "./pump.ts";

/** Ms that a peer over UDP has for its answers after the end of stdin, unless it is told otherwise. */
export const DEFAULT_WAIT = 2_000;

/**
 * Sends what stdin gives, a datagram a piece, and takes what comes, until `wait` ms after the end of stdin. Closes the
 * socket.
 *
 * @throws {PinwireError} why stdin can't be read or stdout not be written
 * @returns whether anything came
 */
export async function exchangeDatagrams(
  socket: DatagramPeer,
  ends: Ends,
  wait: number,
  context: Context,
): Promise<boolean> {
  let hasHeard = false;

  const receive = () =>
    socket.receive({
      onDatagram(body) {
        hasHeard = true;
        return ends.outlet.datagram(body, socket.name);
      },
      onError(error) {
        context.reporter.error(error, socket.name);
        if (!isLoss(error)) ends.hasFailed = true;
      },
    });

  const sending = sendAll(ends, (piece) => socket.send(piece), () => socket.name, wait, context)
    .finally(() => socket.close());
  await Promise.all([receive().finally(() => socket.close()), sending]);
  return hasHeard;
}

/**
 * The same with whoever sends first, who is the peer: what others send is passed over. Closes the socket, unless
 * `keepOpen` waits for the next peer then.
 */
export async function answerFirst(
  socket: DatagramSocket,
  ends: Ends,
  wait: number,
  keepOpen: boolean,
  context: Context,
): Promise<void> {
  const { reporter } = context;
  let peer: string | undefined;
  let failure: { error: unknown } | undefined;

  async function answer(to: Endpoint): Promise<void> {
    try {
      await sendAll(ends, (piece) => socket.send(piece, to), () => udpPeer(to), wait, context);
      if (keepOpen) peer = undefined;
      else socket.close();
    } catch (error) {
      failure = { error };
      socket.close();
    }
  }

  await socket.receive({
    onDatagram(body, from) {
      const name = udpPeer(from);
      if (peer === undefined) void answer(from);
      peer ??= name;
      return peer === name ? ends.outlet.datagram(body, name) : undefined;
    },
    onError: (error, peer) => reporter.error(error, peer),
  });
  if (failure) throw failure.error;
}

/** Sends to the end of stdin, and waits. One datagram that can't be sent is reported, and concerns no other. */
async function sendAll(
  ends: Ends,
  send: (piece: Uint8Array) => Promise<void>,
  peer: () => string,
  wait: number,
  { reporter, stop, clock }: Context,
): Promise<void> {
  const pump = new Pump(ends.source, async (piece) => {
    try {
      await send(piece);
    } catch (error) {
      reporter.error(error, peer());
      ends.hasFailed = true;
    }
  });
  using _stopping = stop.onStop(() => pump.stop());
  await pump.done;
  await pause(wait, stop.signal, clock);
}
