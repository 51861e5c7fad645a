import type { Context, DataEvent } from "../app/mod.ts";
import { FrameBorders } from "../app/trace/borders.ts";
import { dataEvent, datagramPieces, frameText, piecesOf } from "../app/trace/pieces.ts";
import { type Connection, type DatagramSocket, tapDatagrams, wrapConnection } from "../net/mod.ts";
import type { EventTeller } from "../session/mod.ts";

/** The same connection; pages are told of each read, and of each write. */
export function watchData(
  connection: Connection,
  pages: EventTeller,
  { codec, encoding, clock }: Context,
): Connection {
  const peer = connection.peer.name;
  const known = { areMessages: connection.messages !== undefined, textOf: frameText(encoding, pages) };
  const read = new FrameBorders(codec, known);
  const written = new FrameBorders(codec, { ...known, areWhole: true });
  const tell = (from: DataEvent["from"], bytes: Uint8Array, borders: FrameBorders) => {
    const { lengths, segments } = borders.take(bytes, clock.now());
    if (!pages.isWatched) return;
    pages.tell(dataEvent(from, peer, bytes, { frames: lengths, pieces: piecesOf(segments) }));
  };
  return wrapConnection(connection, {
    receive: (sink, options) =>
      connection.receive((bytes) => {
        tell("client", bytes, read);
        return sink(bytes);
      }, options),
    write(bytes) {
      tell("server", bytes, written);
      return connection.write(bytes);
    },
  });
}

/** The same socket; pages are told of each datagram that comes, and of each that answers it. */
export function watchDatagrams(
  socket: DatagramSocket,
  pages: EventTeller,
  { encoding }: Context,
): DatagramSocket {
  const tell = (from: DataEvent["from"], peer: string, bytes: Uint8Array) => {
    if (pages.isWatched) pages.tell(dataEvent(from, peer, bytes, datagramPieces(bytes, encoding)));
  };
  return tapDatagrams(socket, {
    read: (bytes, peer) => tell("client", peer, bytes),
    written: (bytes, peer) => tell("server", peer, bytes),
  });
}
