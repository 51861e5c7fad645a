import {
  type Connection,
  type DatagramSocket,
  type ReadOptions,
  type Sink,
  tapDatagrams,
  wrapConnection,
} from "../../net/mod.ts";
import { Datagrams, Direction, type TraceOptions } from "./direction.ts";
import { tcpInfoText } from "./tcp_info.ts";
import { heading, type Verb } from "./view.ts";

export type { TraceOptions } from "./direction.ts";

/**
 * Shows everything that crosses a connection: direction, peer, time, length, hexdump, and under the bytes
 * where frames begin and end in them.
 */
export function traceConnection(connection: Connection, options: TraceOptions): Connection {
  const { peer: { name }, messages } = connection;
  const areMessages = messages !== undefined;
  const incoming = new Direction("read", name, areMessages, options);
  const outgoing = new Direction("write", name, areMessages, options);
  return wrapConnection(connection, {
    ...receiving(connection, incoming, options),
    write(bytes: Uint8Array) {
      outgoing.bytes(bytes);
      return connection.write(bytes);
    },
    closeWrite() {
      outgoing.end();
      return connection.closeWrite();
    },
  });
}

/** What is shown of a direction of a connection between two others. */
export interface ReadsView {
  verb: Verb;
  /** Where it goes from and to. */
  name: string;
  /** Whether each read is a datagram. */
  isDatagram: boolean;
}

/** Shows what is read from a connection, and nothing else that crosses it. */
export function traceReads(
  connection: Connection,
  { verb, name, isDatagram }: ReadsView,
  options: TraceOptions,
): Connection {
  const areMessages = connection.messages !== undefined;
  const reads = isDatagram
    ? new Datagrams(verb, name, options)
    : new Direction(verb, name, areMessages, options);
  return wrapConnection(connection, receiving(connection, reads, options));
}

/**
 * What receives as the connection does, and shows what comes and its end, unless that is ours, and what the kernel knows
 * of the way to the peer by then.
 */
function receiving(
  connection: Connection,
  shown: Pick<Direction, "bytes" | "end">,
  { write, now, colors }: TraceOptions,
) {
  let isClosed = false;
  let isTold = false;
  function tellWay(): void {
    const info = isTold ? undefined : connection.tcpInfo;
    isTold = true;
    if (info) write(`${heading("way", connection.peer.name, now(), colors)}  ${tcpInfoText(info)}\n`);
  }
  return {
    async receive(sink: Sink, options?: ReadOptions): Promise<void> {
      try {
        await connection.receive((bytes) => {
          shown.bytes(bytes);
          return sink(bytes);
        }, options);
        if (!isClosed) shown.end();
      } finally {
        tellWay();
      }
    },
    close(reason?: unknown): void {
      isClosed = true;
      tellWay();
      connection.close(reason);
    },
    reset(): boolean {
      isClosed = true;
      tellWay();
      return connection.reset();
    },
  };
}

/** The same for datagrams, each of which is a frame. */
export function traceDatagrams(socket: DatagramSocket, options: TraceOptions): DatagramSocket {
  const incoming = new Datagrams("read", "", options);
  const outgoing = new Datagrams("write", "", options);
  return tapDatagrams(socket, {
    read: (bytes, peer) => incoming.bytes(bytes, peer),
    written: (bytes, peer) => outgoing.bytes(bytes, peer),
  });
}
