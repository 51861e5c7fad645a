import { createServer, type TLSSocket } from "node:tls";
import { PinwireError } from "../errors.ts";
import { hostPort, type InternetAddress } from "./address.ts";
import { type DrainableConnection, HALF_CLOSE_TIME, type Socket, SocketConnection } from "./connection.ts";
import { translateTlsError } from "./io_errors.ts";
import type { Listener, ServerIdentity } from "./listen.ts";

/** A client that doesn't finish its handshake in so many ms is cut off. */
const HANDSHAKE_TIMEOUT = 5_000;
/** Clients in their handshakes at a time; beyond, the oldest goes first. */
const MAX_HANDSHAKES = 256;

/**
 * Listens for TLS on an address that is known to be free. It is Node's module and not `Deno.listenTls`, whose
 * connections can't be cut off before their handshake is through: a client that stays mute would hold its
 * place, and our file, for ever. A failed handshake is thrown by `accept`, once.
 */
export async function listenTls(
  { hostname, port }: InternetAddress,
  identity: ServerIdentity,
  backlog: number,
): Promise<Listener> {
  const queue = new Queue<DrainableConnection | PinwireError>();
  const handshakes = new Map<string, { destroy(): void; destroyed: boolean }>();
  let closed = false;

  const server = createServer({
    ...identity,
    allowHalfOpen: true,
    noDelay: true,
    handshakeTimeout: HANDSHAKE_TIMEOUT,
  });
  server.on("connection", (socket) => {
    const name = peerOf(socket);
    handshakes.set(name, socket);
    socket.once("close", () => handshakes.delete(name));
    if (handshakes.size > MAX_HANDSHAKES) handshakes.values().next().value?.destroy();
  });
  server.on("secureConnection", (socket) => {
    const remote = peerOf(socket);
    handshakes.delete(remote);
    const local = `tls://${hostPort({ hostname: socket.localAddress ?? "", port: socket.localPort ?? 0 })}`;
    queue.put(new SocketConnection(new TlsSocket(socket), { local, remote }, HALF_CLOSE_TIME));
  });
  server.on("tlsClientError", (error, socket) => {
    // The socket may be gone already, and its address with it.
    const lost = handshakes.entries().find(([, { destroyed }]) => destroyed)?.[0];
    const peer = socket.remotePort === undefined ? lost ?? "a client" : peerOf(socket);
    socket.destroy();
    if (!closed) queue.put(translateTlsError(error, peer));
  });
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject);
  server.listen({ host: hostname, port, backlog }, listening.resolve);
  await listening.promise;
  server.on(
    "error",
    (error) => queue.put(new PinwireError("accept_failed", error.message, { cause: error })),
  );

  const bound = server.address() as { address: string; port: number };
  return {
    address: `tls://${hostPort({ hostname: bound.address, port: bound.port })}`,
    async accept() {
      const next = await queue.take();
      if (next instanceof PinwireError) throw next;
      return next;
    },
    close() {
      if (closed) return;
      closed = true;
      server.close();
      for (const socket of handshakes.values()) socket.destroy();
      queue.end();
    },
  };
}

function peerOf(
  { remoteAddress = "", remotePort = 0 }: { remoteAddress?: string; remotePort?: number },
): string {
  return `tls://${hostPort({ hostname: remoteAddress, port: remotePort })}`;
}

/** What has come and waits to be taken, until the end. */
class Queue<T> {
  #items: T[] = [];
  #ended = false;
  #changed = Promise.withResolvers<void>();

  put(item: T): void {
    this.#items.push(item);
    this.#changed.resolve();
  }

  end(): void {
    this.#ended = true;
    this.#changed.resolve();
  }

  async take(): Promise<T | undefined> {
    while (!this.#items.length && !this.#ended) {
      await this.#changed.promise;
      this.#changed = Promise.withResolvers();
    }
    return this.#items.shift();
  }
}

/** One of Node's sockets with the verbs of Deno's. */
class TlsSocket implements Socket {
  #socket: TLSSocket;
  #rest?: Uint8Array;
  #error?: Error;
  #ended = false;
  #changed = Promise.withResolvers<void>();

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on("readable", () => this.#changed.resolve());
    socket.on("end", () => this.#end());
    socket.on("close", () => this.#end());
    socket.on("error", (error) => this.#end(error));
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      const bytes: Uint8Array | null = this.#rest ?? this.#socket.read();
      if (bytes) {
        const part = bytes.subarray(0, buffer.length);
        buffer.set(part);
        this.#rest = part.length < bytes.length ? bytes.subarray(part.length) : undefined;
        return part.length;
      }
      if (this.#error) throw this.#error;
      if (this.#ended) return null;
      await this.#changed.promise;
      this.#changed = Promise.withResolvers();
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => this.#socket.end(resolve));
  }

  close(): void {
    this.#socket.destroy();
  }

  #end(error?: Error): void {
    this.#error ??= error;
    this.#ended = true;
    this.#changed.resolve();
  }
}
