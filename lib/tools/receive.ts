import { pullFrames } from "../framing/mod.ts";
import type { Address } from "../net/mod.ts";
import { type Context, messageEvent, systemClock } from "../app/mod.ts";
import { udpPeer } from "../net/mod.ts";
import { FrameErrors } from "../app/mod.ts";
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
  const { codec, encoding, reporter, stop } = context;

  function take(peer: string, body: Uint8Array, decoded: { text: string; valid: boolean }) {
    if (stop.signal.aborted) return;
    reporter.report(messageEvent(peer, body, decoded));
    if (options.once || decoded.text.replace(/\r?\n$/, "") === options.until) stop.now();
  }

  await serve(address, options, context, {
    async connection(connection) {
      // With "raw" a character can be cut over two reads.
      const decoder = codec.spec === "raw" ? encoding.stream() : encoding;
      const errors = new FrameErrors(reporter, connection.remote);
      await pullFrames(connection, codec.open().decoder, {
        onFrame: (body) => take(connection.remote, body, decoder.decode(body)),
        onBatch: () => reporter.drained() ?? errors.turn(),
        onError: (error) => errors.report(error),
        clock: systemClock,
      }).finally(() => errors.close());
    },
    async datagrams(socket) {
      const memory = new Uint8Array(65_536);
      for (let received; (received = await socket.receive(memory));) {
        const [body, from] = received;
        take(udpPeer(from), body, encoding.decode(body));
        await reporter.drained();
      }
    },
    opened,
  });
}
