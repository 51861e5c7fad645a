import { PinwireError } from "../../errors.ts";
import { HeadDecoder, HttpError } from "../../framing/http/mod.ts";
import type { Clock } from "../clock.ts";
import type { Connection, Sink } from "../connection.ts";
import { withTimeout } from "../deadline.ts";

/** Ms that the peer has to end its side after our last word. */
const LEAVING_TIME = 1_000;
/** Bytes that stay free around each read, so that short answers can be built around messages. */
export const ROOM = 256;

/**
 * Reads from a connection: first the head of an HTTP message, or of several, then whatever is behind it. Whoever takes the head may take
 * his time, and then receives.
 */
export class HeadStream {
  readonly connection: Connection;
  /** What came of the head so far is the beginning of TLS. */
  isTls = false;
  #decoder = new HeadDecoder();
  #head = Promise.withResolvers<Uint8Array>();
  #sink?: Sink;
  /** Done once somebody receives. */
  #taken = Promise.withResolvers<void>();
  /** Done at the end of the stream, however it came about. */
  readonly ended: Promise<void>;
  #received: Promise<void>;
  /** Why there is no more to come. */
  #end: unknown;

  constructor(connection: Connection) {
    this.connection = connection;
    const room = { headroom: ROOM, tailroom: ROOM };
    this.#received = connection.receive(
      (bytes) => this.#sink ? this.#sink(bytes) : this.#takeHead(bytes),
      room,
    );
    const end = (error: unknown) => this.#head.reject(this.#end = error);
    this.ended = this.#received.then(() => end(this.#left()), end);
    this.#head.promise.catch(() => {});
  }

  /** What has come behind the head already. */
  get rest(): Uint8Array {
    return this.#decoder.rest;
  }

  /**
   * The head, its empty line included.
   *
   * @throws {HttpError} for what can't be one, or isn't whole; {@linkcode PinwireError} `connection_closed` if the peer goes before
   */
  head(): Promise<Uint8Array> {
    return this.#head.promise;
  }

  /** Goes on to the next head: the one before has no body, and is dealt with. */
  again(): void {
    this.#decoder = new HeadDecoder();
    this.#head = Promise.withResolvers();
    this.#head.promise.catch(() => {});
    if (this.#end) this.#head.reject(this.#end);
    const taken = this.#taken;
    this.#taken = Promise.withResolvers();
    taken.resolve();
  }

  /** How many bytes have come of the head. */
  get length(): number {
    return this.#decoder.length;
  }

  /** Hands over what is behind the head, as {@linkcode Connection.receive} does. May be called once, and has no options. */
  receive(sink: Sink): Promise<void> {
    this.#sink = sink;
    this.#taken.resolve();
    return this.#received;
  }

  /** Drops whatever comes, until the peer ends its side. */
  async drop(): Promise<void> {
    await this.receive(() => {}).catch(() => {});
  }

  /** Ends our side, and drops what comes for a while: closing with something unread would be a reset, which may destroy our last word. */
  async leave(clock: Clock): Promise<void> {
    await this.connection.closeWrite();
    await withTimeout(LEAVING_TIME, this.drop(), clock);
  }

  #takeHead(bytes: Uint8Array): Promise<void> | void {
    const decoder = this.#decoder;
    if (!decoder.length) this.isTls = bytes[0] === HANDSHAKE || bytes[0] === ALERT;
    try {
      decoder.feed(bytes);
    } catch (error) {
      this.#head.reject(error);
      return this.#taken.promise;
    }
    const head = decoder.next();
    if (!head) return;
    const { rest } = decoder;
    this.#head.resolve(head);
    return this.#taken.promise.then(() => {
      if (rest.length) return this.#sink ? this.#sink(rest) : this.#takeHead(rest);
    });
  }

  #left(): PinwireError {
    if (this.#decoder.length) return new HttpError(400, "the head isn't whole", { isHttp: false });
    return new PinwireError("connection_closed", `${this.connection.peer.name} has closed the connection`);
  }
}

/** What records of TLS begin with that may come first (RFC 8446, section 5.1). */
const HANDSHAKE = 22;
const ALERT = 21;
