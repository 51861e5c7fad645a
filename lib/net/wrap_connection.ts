import type { TcpInfo } from "../system/mod.ts";
import type { Connection, Sink } from "./connection.ts";
import type { MessageKinds } from "./message_kinds.ts";
import type { Peer, SocketAddress } from "./peer.ts";
import type { ReadOptions } from "./read_window.ts";

/** The same connection, with the verbs that are given in place of its own. */
export function wrapConnection<T extends Partial<Omit<Connection, "local">>>(
  connection: Connection,
  changes: T,
): Connection & T {
  const wrapped = Object.assign(new WrappedConnection(connection), changes);
  if (connection.writeFrames && !("write" in changes)) {
    wrapped.writeFrames = (bytes) => connection.writeFrames!(bytes);
  }
  return wrapped;
}

/** Hands everything on. A class, since a literal with a getter and closures of its own takes 1.5 KB. */
class WrappedConnection implements Connection {
  readonly peer: Peer;
  writeFrames?: Connection["writeFrames"];
  #connection: Connection;

  constructor(connection: Connection) {
    this.peer = connection.peer;
    this.#connection = connection;
  }

  get local(): SocketAddress {
    return this.#connection.local;
  }

  receive(sink: Sink, options?: ReadOptions): Promise<void> {
    return this.#connection.receive(sink, options);
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    return this.#connection.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#connection.closeWrite();
  }

  close(reason?: unknown): void {
    this.#connection.close(reason);
  }

  get unsent(): number {
    return this.#connection.unsent;
  }

  get messages(): MessageKinds | undefined {
    return this.#connection.messages;
  }

  get tcpInfo(): TcpInfo | undefined {
    return this.#connection.tcpInfo;
  }

  reset(): boolean {
    return this.#connection.reset();
  }
}
