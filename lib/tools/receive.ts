import { receiveFrames } from "../framing/mod.ts";
import { type Address, udpPeer } from "../net/mod.ts";
import { type Context, FrameErrors, MessageWatch } from "../app/mod.ts";
import { guardRequests } from "../session/browser_guard.ts";
import { serve, type ServerOptions } from "../session/mod.ts";

/** What `receive` is told. */
export interface ReceiveOptions extends ServerOptions {
  once: boolean;
  until?: string;
}

/**
 * Listens on `address` and tells of every message that comes; answers nothing.
 *
 * @throws {PinwireError} why it can't listen there
 */
export async function receive(
  address: Address,
  options: ReceiveOptions,
  context: Context,
  opened: () => void,
): Promise<void> {
  const { codec, reporter, stop, clock } = context;

  function take(watch: MessageWatch, peer: string, body: Uint8Array) {
    if (stop.signal.aborted) return;
    watch.received(peer, body);
    if (watch.isOver) stop.now();
  }

  await serve(address, options, context, {
    async connection(connection) {
      const { name: peer } = connection.peer;
      const watch = new MessageWatch(context, options, false);
      const errors = new FrameErrors(reporter, peer, clock);
      // Any page can post lines to any port of this machine: it may not say the word.
      const guarded = options.until === undefined ? connection : guardRequests(connection);
      await receiveFrames(guarded, codec.open().decoder, {
        onFrame: (body) => take(watch, peer, body),
        onBatch: () => reporter.drained() ?? errors.turn(),
        onError: (error) => errors.report(error),
        clock,
      }).finally(() => errors.close());
    },
    async datagrams(socket) {
      const watch = new MessageWatch(context, options, true);
      const memory = new Uint8Array(65_536);
      for (let received; (received = await socket.receive(memory));) {
        const [body, from] = received;
        take(watch, udpPeer(from), body);
        await reporter.drained();
      }
    },
    opened,
  });
}
