import { connect, type Socket } from "node:net";
import { PinwireError } from "../../errors.ts";
import { hostPort } from "../address.ts";
import type { Endpoint } from "../datagram.ts";
import { bindError } from "./bind_error.ts";

/**
 * A TCP connection whose own end was chosen, which Deno's own can't do: one of `node:net`, with the members of Deno's that
 * a {@linkcode SocketConnection} needs.
 */
export class BoundConn {
  readonly localAddr: Deno.NetAddr;
  readonly remoteAddr: Deno.NetAddr;
  #socket: Socket;
  /** What was taken from the socket and not read yet. */
  #rest?: Uint8Array;
  #isReading = false;
  #isClosed = false;
  #hasEnded = false;
  #failure?: Error;
  /** Wakes a read that waits. */
  #wake?: () => void;
  /** Fails a write that waits. */
  #giveUp?: (error: Error) => void;

  private constructor(socket: Socket, remote: Endpoint) {
    this.#socket = socket;
    this.localAddr = { transport: "tcp", hostname: socket.localAddress!, port: socket.localPort! };
    this.remoteAddr = { transport: "tcp", ...remote };
    socket.on("error", (error) => {
      this.#failure ??= translate(error);
      this.#wake?.();
    });
  }

  /**
   * Connects from `bind`, whose port may be 0.
   *
   * @throws {PinwireError} `address_taken`, `address_not_ours`, `bind_failed`, `permission_denied`
   */
  static async connect(to: Endpoint, bind: Endpoint, signal: AbortSignal): Promise<BoundConn> {
    if (!await (canBind ??= tryToBind())) {
      throw new PinwireError("bind_failed", `this build can't dial from ${hostPort(bind)}`, {
        hint: "leave --bind out, or run pinwire on a newer Deno",
      });
    }
    const socket = connect({
      host: to.hostname,
      port: to.port,
      localAddress: bind.hostname,
      localPort: bind.port,
      allowHalfOpen: true,
    });
    try {
      await connected(socket, signal);
      return new BoundConn(socket, to);
    } catch (error) {
      socket.destroy();
      throw isBindError(error) ? bindError(error, bind) : error;
    }
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    if (!this.#isReading) this.#startReading();
    for (;;) {
      if (this.#isClosed) throw closed();
      const chunk: Uint8Array | null = this.#rest ?? this.#socket.read();
      if (chunk) {
        const part = chunk.subarray(0, buffer.length);
        buffer.set(part);
        this.#rest = part.length < chunk.length ? chunk.subarray(part.length) : undefined;
        return part.length;
      }
      if (this.#failure) throw this.#failure;
      if (this.#socket.readableEnded || this.#socket.destroyed) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (this.#hasEnded) throw new Deno.errors.BrokenPipe("our side has ended");
    await this.#untilDone((done) => this.#socket.write(bytes, done));
    return bytes.length;
  }

  async closeWrite(): Promise<void> {
    this.#hasEnded = true;
    await this.#untilDone((done) => this.#socket.end(done));
  }

  setNoDelay(on: boolean): void {
    this.#socket.setNoDelay(on);
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
    this.#wake?.();
    this.#giveUp?.(closed());
  }

  /** Waits for what the socket may never call when it is closed meanwhile. */
  #untilDone(act: (done: (error?: Error | null) => void) => void): Promise<void> {
    if (this.#isClosed) return Promise.reject(closed());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#giveUp = reject;
    act((error) => error ? reject(this.#isClosed ? closed() : translate(error)) : resolve());
    return promise;
  }

  #startReading(): void {
    this.#isReading = true;
    for (const event of ["readable", "end", "close"]) this.#socket.on(event, () => this.#wake?.());
  }
}

async function connected(socket: Socket, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal.reason);
  const onError = (error: Error) => reject(translate(error));
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  socket.once("connect", resolve);
  socket.on("error", onError);
  try {
    await promise;
    socket.off("error", onError);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

const closed = () => new Deno.errors.BadResource("the socket is closed");

let canBind: Promise<boolean> | undefined;

/** Whether the runtime binds at all, which Deno 2.6 passes over: a port that is taken tells. */
async function tryToBind(): Promise<boolean> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr;
  const socket = connect({ host: hostname, port, localAddress: hostname, localPort: port });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once("connect", () => resolve(false));
  socket.once("error", () => resolve(true));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

/** The same error, in the class that Deno's own sockets throw. */
function translate(error: Error & { code?: string }): Error {
  const known = error.message.startsWith("bind ") ? undefined : ERRORS[error.code ?? ""];
  return known ? new known(error.message, { cause: error }) : error;
}

const ERRORS: Record<string, new (message: string, options: ErrorOptions) => Error> = {
  ECONNRESET: Deno.errors.ConnectionReset,
  ECONNREFUSED: Deno.errors.ConnectionRefused,
  EPIPE: Deno.errors.BrokenPipe,
  ETIMEDOUT: Deno.errors.TimedOut,
  ERR_STREAM_DESTROYED: Deno.errors.BadResource,
  ERR_STREAM_WRITE_AFTER_END: Deno.errors.BrokenPipe,
};

const isBindError = (error: unknown): error is Error =>
  error instanceof Error && error.message.startsWith("bind ");
