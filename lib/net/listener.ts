import type { DrainableConnection } from "./connection.ts";

/** Sockets by libc, or those of Deno. */
export type SocketKind = "native" | "deno";

/** Accepts connections. */
export interface Listener {
  /** Where it listens, with the real port: `tcp://127.0.0.1:21567`. */
  readonly address: string;
  /** Whose sockets these are: the system's own, or the runtime's. */
  readonly sockets: SocketKind;
  /**
   * Waits for the next connection; `undefined` once the listener is closed. Over TLS its handshake is done.
   *
   * @throws what kept a connection from coming in, such as EMFILE or a failed handshake; the next call may
   * succeed
   */
  accept(): Promise<DrainableConnection | undefined>;
  /** Stops accepting; the path of a Unix socket is removed. May be called again. */
  close(): void;
}
