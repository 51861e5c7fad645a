import { PinwireError } from "../../errors.ts";
import {
  CLOSE_CODES,
  closeBody,
  OPCODES,
  type Role,
  WebSocketDecoder,
  WebSocketError,
  type WebSocketMessage,
} from "../../framing/websocket/mod.ts";
import { type Clock, systemClock, type Timer } from "../clock.ts";
import type { Connection, DrainableConnection, Sink } from "../connection.ts";
import type { MessageKind, MessageKinds } from "../message_kinds.ts";
import { hostPort } from "../address.ts";
import { withTimeout } from "../deadline.ts";
import type { Peer, SocketAddress } from "../peer.ts";
import type { ReadOptions } from "../read_window.ts";
import type { MessageForm } from "./form.ts";
import type { HeadStream } from "./head_stream.ts";
import { Outbox } from "./outbox.ts";

/** Ms that the peer has to answer our close frame, and to end its side. */
const CLOSE_TIME = 2_000;

/**
 * A {@linkcode Connection} whose bytes are the messages of a WebSocket (RFC 6455): each message that comes is a read. There
 * is no half-close: `closeWrite` says 1000, and the peer ends its side then.
 */
export class WebSocketConnection implements DrainableConnection, MessageKinds {
  readonly local: SocketAddress;
  readonly peer: Peer;
  /** Which kinds of messages cross it. */
  readonly messages: MessageKinds = this;
  /** The kind of the last message that came. */
  received: MessageKind | undefined;
  #stream: HeadStream;
  #inner: Connection;
  #decoder: WebSocketDecoder;
  #outbox: Outbox;
  #form: MessageForm;
  #clock: Clock;
  #kind: () => MessageKind | undefined;
  #sink: Sink = () => {};
  #headroom = 0;
  #tailroom = 0;
  /** Where the chunk at work ends in its memory: what is behind it is free. */
  #chunkEnd = 0;
  #over = Promise.withResolvers<void>();
  /** Our close frame is out. */
  #hasClosed = false;
  /** Nothing more is taken: the peer has closed, or failed. */
  #isDeaf = false;
  #isClosed = false;
  #reason: unknown;
  #timer?: Timer;

  /** @param stream what the handshake came by; its messages have not been read yet */
  constructor(stream: HeadStream, role: Role, form: MessageForm, clock: Clock = systemClock) {
    this.#stream = stream;
    this.#inner = stream.connection;
    this.local = asWebSocket(this.#inner.local);
    this.peer = { ...this.#inner.peer, ...asWebSocket(this.#inner.peer), endsWhole: true };
    this.#form = form;
    this.#clock = clock;
    this.#decoder = new WebSocketDecoder({
      role,
      maxMessage: form.maxMessage,
      endsLines: form.lines,
    });
    this.#outbox = new Outbox(this.#inner, role);
    this.#kind = role === "server" ? () => this.received : () => undefined;
  }

  async receive(sink: Sink, { headroom = 0, tailroom = 0 }: ReadOptions = {}): Promise<void> {
    this.#sink = sink;
    this.#headroom = headroom;
    this.#tailroom = tailroom;
    const { promise, resolve, reject } = this.#over;
    // Whoever goes without a close frame has ended its stream, no more.
    this.#stream.receive(this.#take).then(
      () => this.#isDeaf || resolve(),
      (error) => this.#isDeaf || reject(error),
    );
    try {
      await promise;
    } catch (error) {
      if (this.#reason === undefined) throw error;
    }
    if (this.#reason !== undefined) throw this.#reason;
  }

  follow(kind: () => MessageKind | undefined): void {
    this.#kind = kind;
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#hasClosed) return this.#refuse();
    const kind = this.#kind() ?? this.#form.kind;
    return this.#form.cutsLines ? this.#outbox.lines(kind, bytes) : this.#outbox.message(kind, bytes);
  }

  /** Writes frames that {@linkcode appendFrame} has made for a server: many connections may share them. */
  writeFrames(bytes: Uint8Array): Promise<void> | undefined {
    return this.#hasClosed ? this.#refuse() : this.#outbox.frames(bytes);
  }

  async closeWrite(): Promise<void> {
    await this.#sayClose(CLOSE_CODES.normal);
  }

  close(reason?: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reason = reason;
    this.#timer?.cancel();
    const inner = this.#inner;
    // What waits for the peer to read would keep a close frame waiting too.
    const said = this.#outbox.isBusy ? undefined : this.#sayClose(codeOf(reason));
    this.#hasClosed = true;
    if (!said) return inner.close(reason);
    void withTimeout(CLOSE_TIME, said, this.#clock).catch(() => {}).then(() => inner.close(reason));
  }

  reset(): boolean {
    this.#isClosed = true;
    this.#hasClosed = true;
    this.#timer?.cancel();
    return this.#inner.reset();
  }

  closeWhenIdle(): void {
    void Promise.resolve(this.#sayClose(CLOSE_CODES.goingAway)).catch(() => {});
  }

  get unsent(): number {
    return this.#inner.unsent;
  }

  #refuse(): Promise<never> {
    return Promise.reject(
      new PinwireError("connection_closed", `the connection to ${this.peer.name} is closed`),
    );
  }

  /** Sends our close frame, once; then the peer has a while to end its side. */
  #sayClose(code: number): Promise<void> | undefined {
    if (this.#hasClosed) return undefined;
    this.#hasClosed = true;
    const written = this.#outbox.control(OPCODES.close, closeBody(code)) ?? this.#outbox.flush();
    if (!written) return this.#awaitPeer();
    return written.then(() => this.#awaitPeer());
  }

  #awaitPeer(): undefined {
    if (!this.#isClosed) this.#timer = this.#clock.after(CLOSE_TIME, () => this.close());
  }

  #take = (chunk: Uint8Array): Promise<void> | undefined => {
    if (this.#isDeaf || this.#isClosed) return undefined;
    this.#decoder.feed(chunk);
    this.#chunkEnd = chunk.byteOffset + chunk.length;
    const waiting = this.#goOn();
    return waiting && this.#goOnAfter(waiting);
  };

  async #goOnAfter(waiting: Promise<void>): Promise<void> {
    for (let next: Promise<void> | undefined = waiting; next; next = this.#goOn()) await next;
  }

  /** Hands messages over until there is something to wait for; undefined once all are handed over. */
  #goOn(): Promise<void> | undefined {
    const outbox = this.#outbox;
    outbox.isGathering = true;
    let working: Promise<void> | void = undefined;
    try {
      while (!working && !this.#isDeaf && !this.#isClosed) {
        const message = this.#decoder.next();
        if (!message) break;
        working = this.#onMessage(message);
      }
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      this.#isDeaf = true;
      void this.#fail(error);
    } finally {
      outbox.isGathering = false;
    }
    const written = outbox.flush();
    return working && written ? Promise.all([working, written]).then(() => {}) : working ?? written;
  }

  #onMessage(message: WebSocketMessage): Promise<void> | void {
    switch (message.kind) {
      case "pong":
        return undefined;
      case "ping":
        return this.#hasClosed ? undefined : this.#outbox.control(OPCODES.pong, message.body);
      case "close":
        // Whoever has said that takes no answers any more.
        this.#isDeaf = true;
        this.#sayClose(message.code ?? CLOSE_CODES.normal)?.catch(() => {});
        return this.#over.resolve();
      default:
        this.received = message.kind;
        return this.#sink(this.#roomy(message.body));
    }
  }

  /** The same body, with the room around it that the receiver wants. */
  #roomy(body: Uint8Array): Uint8Array {
    const headroom = this.#headroom;
    const tailroom = this.#tailroom;
    if (!headroom && !tailroom) return body;
    const end = body.byteOffset + body.length;
    const isLast = end === this.#chunkEnd && end + tailroom <= body.buffer.byteLength;
    if (isLast && body.byteOffset >= headroom) return body;
    const whole = new Uint8Array(headroom + body.length + tailroom);
    whole.set(body, headroom);
    return whole.subarray(headroom, headroom + body.length);
  }

  /** The peer is told what it did wrong. To close with something unread would be a reset, which may destroy that. */
  async #fail(error: WebSocketError): Promise<void> {
    const { name } = this.peer;
    try {
      await this.#sayClose(error.closeCode);
      await this.#inner.closeWrite();
      await withTimeout(CLOSE_TIME, this.#stream.ended, this.#clock);
    } catch {
      // It has gone.
    }
    this.#over.reject(
      new WebSocketError(error.code, error.closeCode, `${name} ${error.message}`, error.hint),
    );
    this.close();
  }
}

/** What the peer is told of why it is closed. */
function codeOf(reason: unknown): number {
  if (reason instanceof WebSocketError) return reason.closeCode;
  const isFull = reason instanceof PinwireError && reason.code === "too_many_clients";
  return isFull ? CLOSE_CODES.tryAgainLater : CLOSE_CODES.normal;
}

/** How an end is called once it speaks WebSocket. */
function asWebSocket({ scheme, host, port, name }: SocketAddress): SocketAddress {
  const own = scheme === "tls" ? "wss" : "ws";
  const where = host === undefined || port === undefined ? name : hostPort({ hostname: host, port });
  return { scheme: own, host, port, name: `${own}://${where}` };
}
