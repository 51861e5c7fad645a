import type { Context, DataEvent } from "../app/mod.ts";
import { FrameBorders } from "../app/trace/borders.ts";
import { datagramPieces, frameText, piecesOf } from "../app/trace/pieces.ts";
import { type Answer, type Connection, type DatagramSocket, udpPeer, wrapConnection } from "../net/mod.ts";
import type { EventTeller } from "../session/mod.ts";

/** The same connection; pages are told of each read, and of each write. */
export function watchData(
  connection: Connection,
  pages: EventTeller,
  { codec, encoding, clock }: Context,
): Connection {
  const peer = connection.peer.name;
  const known = { areMessages: connection.messages !== undefined, textOf: frameText(encoding) };
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
  return {
    address: socket.address,
    endpoint: socket.endpoint,
    sockets: socket.sockets,
    receive: (handlers) =>
      socket.receive({
        ...handlers,
        onDatagram(bytes, from) {
          const peer = udpPeer(from);
          tell("client", peer, bytes);
          const answer = handlers.onDatagram(bytes, from);
          const tellAnswer = (answer: Answer) => {
            if (answer) tell("server", peer, answer);
            return answer;
          };
          return answer instanceof Promise ? answer.then(tellAnswer) : tellAnswer(answer);
        },
      }),
    send(bytes, to) {
      tell("server", udpPeer(to), bytes);
      return socket.send(bytes, to);
    },
    close: () => socket.close(),
  };
}

function dataEvent(
  from: DataEvent["from"],
  peer: string,
  bytes: Uint8Array,
  found: Pick<DataEvent, "frames" | "pieces">,
): DataEvent {
  return { event: "data", from, peer, bytes: bytes.length, hex: bytes.toHex(), ...found };
}
