import {
  type Address,
  type Connection,
  type DatagramSocket,
  isTls,
  type Listener,
  race,
  type SocketAddress,
} from "../../net/mod.ts";
import type { Endpoint } from "../../packet/mod.ts";
import { type RecordCodecs, recordConnection, recordDrainable, RecordedEnd } from "./recorded_connection.ts";
import { recordDatagrams } from "./recorded_datagrams.ts";
import type { Recording } from "./recording.ts";
import { type Role, TcpConversation } from "./tcp_conversation.ts";

/** What is said to whoever records TLS. */
export const PLAIN_TEXT = "the recording holds as plain text what TLS encrypts";

/** How a {@linkcode Recorder} works. */
export interface RecorderOptions {
  codecs: RecordCodecs;
  /** Whether the recording goes to stdout, which is then for nothing else. */
  takesStdout: boolean;
  /** Told of the first connection over TLS that was dialled. */
  onTls?(): void;
}

/** Records what crosses the sockets of a command. */
export class Recorder {
  readonly takesStdout: boolean;
  #recording: Recording;
  #options: RecorderOptions;
  #count = 0;
  #hasTold = false;

  constructor(recording: Recording, options: RecorderOptions) {
    this.#recording = recording;
    this.#options = options;
    this.takesStdout = options.takesStdout;
  }

  /** What is to be said before anything crosses a socket at this address, if something is. */
  warning(address: Pick<Address, "scheme">): string | undefined {
    return isTls(address) ? PLAIN_TEXT : undefined;
  }

  /** The same connection, which was dialled, recorded. */
  dialled(connection: Connection): Connection {
    if (/^(tls|wss)$/.test(connection.peer.scheme) && !this.#hasTold) {
      this.#hasTold = true;
      this.#options.onTls?.();
    }
    return recordConnection(connection, this.#begin(connection, "client"));
  }

  /** The same listener, of which each connection is recorded. */
  listener(listener: Listener): Listener {
    this.#recording.flush();
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    return {
      address: listener.address,
      sockets: listener.sockets,
      accept: async () => {
        // A connection alone is recorded by several packets, whether anything is said or not.
        const drained = this.#recording.drained();
        if (drained) await race([drained, closed]);
        const connection = await listener.accept();
        return connection && recordDrainable(connection, this.#begin(connection, "server"));
      },
      close() {
        resolve();
        listener.close();
      },
    };
  }

  /** The same socket, recorded. */
  datagrams(socket: DatagramSocket): DatagramSocket {
    this.#recording.flush();
    return recordDatagrams(socket, this.#recording);
  }

  #begin({ local, peer, messages }: Connection, ours: Role): RecordedEnd {
    const [client, server] = ours === "client" ? [local, peer] : [peer, local];
    const number = this.#count++;
    const conversation = new TcpConversation(this.#recording, {
      client: endpointOf(client) ?? { address: LOOPBACK, port: FIRST_PORT + number % PORTS },
      server: endpointOf(server) ?? { address: LOOPBACK, port: SERVER_PORT },
      comments: commentsOn(client, server),
    });
    return new RecordedEnd(this.#recording, conversation, ours, this.#options.codecs, messages !== undefined);
  }
}

const LOOPBACK = "127.0.0.1";
/** The dynamic ports of RFC 6335, one for each client that has none. */
const FIRST_PORT = 49_152, PORTS = 16_384;
/** That of a server that has none: no protocol is registered there. */
const SERVER_PORT = 49_151;

const endpointOf = ({ host, port }: SocketAddress): Endpoint | undefined =>
  host === undefined || port === undefined ? undefined : { address: host, port };

function commentsOn(client: SocketAddress, server: SocketAddress): string[] {
  if (server.scheme === "tls") return ["TLS, of which the plain text is recorded"];
  if (/^wss?$/.test(server.scheme)) return ["a WebSocket, of which the bytes of its messages are recorded"];
  return endpointOf(server) ? [] : [`${client.name} → ${server.name}`];
}
