import { receiveFrames } from "../framing/mod.ts";
import { type Address, type Connection, type DatagramSocket, udpPeer, wrapConnection } from "../net/mod.ts";
import { type Context, FrameErrors, MessageWatch } from "../app/mod.ts";
import { guardRequests } from "../session/browser_guard.ts";
import { serve, type ServerOptions } from "../session/mod.ts";
import { untilStopped } from "./exchange.ts";
import { servePeers } from "./peers.ts";
import { ExactOutput } from "./stdio.ts";

/** What `receive` is told. */
export interface ReceiveOptions extends ServerOptions {
  once: boolean;
  /** Ends once a peer has gone. */
  oncePeer: boolean;
  /** Bytes as they are, of one peer at a time. */
  raw: boolean;
  until?: string;
}

/**
 * Listens on `address` and tells of every message that comes, or writes its bytes; answers nothing.
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
  const { raw, until } = options;
  const output = raw ? new ExactOutput(() => reporter.closed()) : undefined;

  function take(watch: MessageWatch, peer: string, body: Uint8Array) {
    if (stop.signal.aborted) return;
    if (watch.isActive) watch.received(peer, body);
    if (watch.isOver) stop.now();
  }

  async function messages(connection: Connection) {
    const { name: peer } = connection.peer;
    const watch = new MessageWatch(context, { once: options.once && !raw, until }, false);
    const errors = new FrameErrors(reporter, peer, clock);
    // Any page can post lines to any port of this machine: it may not say the word.
    const guarded = until === undefined ? connection : guardRequests(connection);
    await receiveFrames(guarded, codec.open().decoder, {
      onFrame: (body) => take(watch, peer, body),
      onBatch: () => reporter.drained() ?? errors.turn(),
      onError: (error) => errors.report(error),
      clock,
    }).finally(() => errors.close());
  }

  async function bytes(connection: Connection, output: ExactOutput) {
    if (until === undefined) return await connection.receive((bytes) => output.write(bytes));
    await messages(wrapConnection(connection, {
      receive: (sink, options) =>
        connection.receive(async (bytes) => {
          await output.write(bytes);
          await sink(bytes);
        }, options),
    }));
  }

  async function datagrams(socket: DatagramSocket) {
    const watch = new MessageWatch(context, { once: options.once || options.oncePeer, until }, true);
    await socket.receive({
      async onDatagram(body, from) {
        if (output) await output.write(body);
        take(watch, udpPeer(from), body);
        await reporter.drained();
      },
      onError: (error, peer) => reporter.error(error, peer),
    });
  }

  // Whoever waits for one peer takes no other.
  if (output || options.oncePeer) {
    const keepOpen = !options.once && !options.oncePeer;
    const taken = (connection: Connection) => output ? bytes(connection, output) : messages(connection);
    await servePeers(address, { ...options, keepOpen }, context, {
      opened,
      datagrams,
      form: raw ? { ...context.form, lines: "none" } : undefined,
      connection: (connection) =>
        untilStopped(taken(connection), stop, () => connection.close(), clock)
          .finally(() => connection.close()),
    });
  } else {
    await serve(address, options, context, { opened, datagrams, connection: (c) => messages(c) });
  }
}
