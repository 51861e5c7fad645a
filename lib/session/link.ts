import { type Context, dialOptions, type DialSettings, FrameErrors } from "../app/mod.ts";
import { ByteBuffer, receiveFrames } from "../framing/mod.ts";
import {
  type Address,
  checkDialable,
  type Connection,
  type DatagramOptions,
  datagramTooLong,
  dial,
  dialDatagram,
  type InternetAddress,
  isLoss,
  MAX_DATAGRAM,
  type MessageForm,
  tellOfTls,
  wrapConnection,
} from "../net/mod.ts";
import { reportConnection } from "./connection_events.ts";

/** A client's way to one peer, over a stream or by datagrams: messages out, messages in. */
export interface Link {
  /** The peer, as events name it. */
  readonly peer: string;
  /** Done when the peer has ended its stream, or the link is closed; rejects if it broke. */
  readonly ended: Promise<void>;
  /** Sends one message; false if it can't be one, which is reported and concerns no other. */
  send(body: Uint8Array): Promise<boolean>;
  /**
   * Ends our sending side, which for datagrams is all there is to end. A WebSocket stays as it is: to end one side would end
   * the other too.
   */
  finish(): Promise<void>;
  close(): void;
}

/** How a link treats the bytes that come. */
export interface LinkOptions {
  /** Bytes come as they are: what only TLS would send is data and no error. */
  isExact?: boolean;
  /** Takes the bytes of each read, or datagram, before its messages, which wait until it is done. */
  onBytes?(bytes: Uint8Array): Promise<void> | void;
  /** Is told, behind the reporter, that nobody takes a datagram. */
  onRefused?(): void;
  /** How the messages of a WebSocket are bytes; that of the context if it isn't given. */
  form?: MessageForm;
}

/**
 * Opens a link to `address`, dialled as `settings` say.
 *
 * @param onMessage takes each message that comes, which is good until it returns
 * @throws {PinwireError} what dialling throws
 */
export async function openLink(
  address: Address,
  settings: DialSettings,
  context: Context,
  onMessage: (body: Uint8Array, peer: string) => void,
  { isExact, onBytes, onRefused, form = context.form }: LinkOptions = {},
): Promise<Link> {
  checkDialable(address);
  const options = { ...await dialOptions(address, settings, form), signal: context.stop.signal, isExact };
  if (address.scheme === "udp") {
    return await openDatagramLink(address, options, context, onMessage, { onBytes, onRefused });
  }
  const dialled = await dial(address, options, context.clock);
  const traced = context.trace(isExact ? tellOfTls(dialled) : dialled);
  const connection = onBytes ? tee(traced, onBytes) : traced;
  const { decoder, encoder } = context.codec.open();
  const { reporter, clock } = context;
  const { name: peer } = connection.peer;
  const out = new ByteBuffer();
  const errors = new FrameErrors(reporter, peer, clock);
  const ended = reportConnection(connection, reporter, () => undefined, async () => {
    try {
      await receiveFrames(connection, decoder, {
        onFrame: (body) => onMessage(body, peer),
        onBatch: () => reporter.drained() ?? errors.turn(),
        onError: (error) => errors.report(error),
        clock,
      });
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      errors.close();
    }
  });
  // Whoever waits for it gets the rejection; until then it is nobody's surprise.
  ended.catch(() => {});
  return {
    peer,
    ended,
    async send(body) {
      if (context.codec.isPerRead) {
        await connection.write(body);
        return true;
      }
      out.clear();
      try {
        encoder.encode(body, out);
      } catch (error) {
        errors.report(error);
        return false;
      }
      await connection.write(out.bytes());
      return true;
    },
    finish: () => connection.peer.endsWhole ? Promise.resolve() : connection.closeWrite(),
    close: () => connection.close(),
  };
}

/** The same connection, whose reads go to `onBytes` first. */
function tee(connection: Connection, onBytes: NonNullable<LinkOptions["onBytes"]>): Connection {
  return wrapConnection(connection, {
    receive: (sink, options) =>
      connection.receive(async (bytes) => {
        await onBytes(bytes);
        await sink(bytes);
      }, options),
  });
}

async function openDatagramLink(
  address: InternetAddress,
  options: DatagramOptions,
  context: Context,
  onMessage: (body: Uint8Array, peer: string) => void,
  { onBytes, onRefused }: LinkOptions,
): Promise<Link> {
  const socket = await dialDatagram(
    address,
    (socket) => context.traceDatagrams(socket),
    options,
  );
  const ended = socket.receive({
    async onDatagram(body) {
      if (onBytes) await onBytes(body);
      onMessage(body, socket.name);
      await context.reporter.drained();
    },
    onError(error) {
      context.reporter.error(error, socket.name);
      if (!isLoss(error)) onRefused?.();
    },
  });
  ended.catch(() => {});
  return {
    get peer() {
      return socket.name;
    },
    ended,
    async send(body) {
      if (body.length > MAX_DATAGRAM) {
        context.reporter.error(datagramTooLong("a message", body.length), socket.name);
        return false;
      }
      await socket.send(body);
      return true;
    },
    finish: () => Promise.resolve(socket.close()),
    close: () => socket.close(),
  };
}
