import { PinwireError } from "../errors.ts";
import {
  type Clock,
  type Connection,
  type DatagramOptions,
  type DatagramPeer,
  dialDatagram,
  type InternetAddress,
  type Timer,
  withTimeout,
} from "../net/mod.ts";

/** One client of a benchmark: asks, and waits for the whole answer. */
export interface Asker {
  /** Bytes received so far. */
  received: number;
  /** Sends the message; false if its answer was lost. */
  ask(): Promise<boolean>;
  close(): void;
}

/** Nothing must come for so many ms before the first answer counts as whole. */
const QUIET = 50;
/** The same while it is shorter than the message, so that the rest may be on its way. */
const LONG_QUIET = 200;

/** How the end of an answer is known, in a stream without frames. */
export interface AnswerEnd {
  /** Its last byte is that of the message, a newline which stands nowhere else in it. */
  isNewline: boolean;
  /** Bytes that it has at least. */
  length: number;
}

const NEWLINE = 0x0a;

/** A message of `size` bytes with a newline at its end, so that servers of lines answer too. */
export function makeMessage(size: number): Uint8Array {
  const message = new Uint8Array(size).fill(0x78);
  message[size - 1] = NEWLINE;
  return message;
}

/** Asks over a stream. */
export class StreamAsker implements Asker {
  received = 0;
  /** Must be set, or learned, before the first question. */
  end: AnswerEnd = { isNewline: true, length: 0 };
  #connection: Connection;
  #message: Uint8Array;
  #wait: number;
  #clock: Clock;
  /** Bytes of the answer that is coming, and the last of them. */
  #got = 0;
  #last = 0;
  #answered?: PromiseWithResolvers<boolean>;
  /** While it learns: told of each read. */
  #onRead?: () => void;
  #failure?: unknown;
  #askedAt?: number;
  #watchdog: Timer;

  /** @param wait ms until an answer is late, which is an error: nobody could tell it from the next one */
  constructor(connection: Connection, message: Uint8Array, wait: number, clock: Clock) {
    this.#connection = connection;
    this.#message = message;
    this.#wait = wait;
    this.#clock = clock;
    // One timer looks now and then: one for each message would cost more than the message.
    this.#watchdog = clock.every(Math.max(10, wait / 4), () => this.#look());
    connection.receive((bytes) => this.#take(bytes)).then(
      () => this.#fail(this.#closedByPeer()),
      (error) => this.#fail(error),
    );
  }

  /** Asks once and learns how an answer ends, from the first one: all that comes until nothing does. */
  async learn(): Promise<AnswerEnd> {
    const enough = this.#message.length * 64 + 65_536;
    this.#got = 0;
    let arrived = Promise.withResolvers<void>();
    this.#onRead = () => arrived.resolve();
    await this.#connection.write(this.#message);
    for (let patience = this.#wait;;) {
      if (!await withTimeout(patience, arrived.promise, this.#clock)) break;
      if (this.#failure) throw this.#failure;
      if (this.#got > enough) throw this.#endless();
      arrived = Promise.withResolvers();
      patience = this.#got < this.#message.length ? LONG_QUIET : QUIET;
    }
    this.#onRead = undefined;
    if (!this.#got) throw this.#noAnswer();
    const isNewline = this.#last === NEWLINE && this.#got >= this.#message.length;
    return this.end = { isNewline, length: isNewline ? this.#message.length : this.#got };
  }

  async ask(): Promise<boolean> {
    if (this.#failure) throw this.#failure;
    this.#askedAt = this.#clock.now();
    this.#got = 0;
    this.#answered = Promise.withResolvers();
    const { promise } = this.#answered;
    promise.catch(() => {});
    await this.#connection.write(this.#message);
    return await promise;
  }

  close(): void {
    this.#watchdog.cancel();
    this.#connection.close();
  }

  #take(bytes: Uint8Array): void {
    this.#got += bytes.length;
    this.#last = bytes[bytes.length - 1];
    if (this.#onRead) return this.#onRead();
    const { isNewline, length } = this.end;
    if (!this.#answered || this.#got < length || isNewline && this.#last !== NEWLINE) return;
    this.received += this.#got;
    this.#askedAt = undefined;
    this.#answered.resolve(true);
    this.#answered = undefined;
  }

  #fail(error: unknown): void {
    this.#failure = error;
    this.#answered?.reject(error);
    this.#onRead?.();
  }

  #look(): void {
    if (this.#askedAt === undefined || this.#clock.now() - this.#askedAt < this.#wait) return;
    this.#connection.close(this.#noAnswer());
  }

  #closedByPeer(): PinwireError {
    return new PinwireError("connection_closed", `${this.#connection.peer.name} has closed the connection`, {
      hint: "measure a server that answers every message",
    });
  }

  #endless(): PinwireError {
    return new PinwireError("no_answer", `${this.#connection.peer.name} sends without an end`, {
      hint: "measure a server that answers every message once",
    });
  }

  #noAnswer(): PinwireError {
    const { name } = this.#connection.peer;
    return new PinwireError("no_answer", `no whole answer from ${name} within ${this.#wait / 1000} s`, {
      hint: "answers must be of one length or end as the message does; wait longer with --wait",
    });
  }
}

/** Asks by datagrams, which may get lost. */
export class DatagramAsker implements Asker {
  received = 0;
  #peer: DatagramPeer;
  #message: Uint8Array;
  #wait: number;
  #clock: Clock;
  /** Answers that nobody has asked for any more. */
  #late = 0;
  #answered?: PromiseWithResolvers<boolean>;
  #failure?: { error: unknown };

  private constructor(peer: DatagramPeer, message: Uint8Array, wait: number, clock: Clock) {
    this.#clock = clock;
    this.#peer = peer;
    this.#message = message;
    this.#wait = wait;
    peer.receive({ onDatagram: (bytes) => this.#take(bytes), onError: (error) => this.#fail(error) }).then(
      () => this.#answered?.resolve(false),
      (error) => this.#fail(error),
    );
  }

  /** @param wait ms until an answer counts as lost */
  static async open(
    to: InternetAddress,
    options: DatagramOptions,
    message: Uint8Array,
    wait: number,
    clock: Clock,
  ): Promise<DatagramAsker> {
    return new DatagramAsker(await dialDatagram(to, undefined, options), message, wait, clock);
  }

  async ask(): Promise<boolean> {
    if (this.#failure) throw this.#failure.error;
    const answered = this.#answered = Promise.withResolvers<boolean>();
    answered.promise.catch(() => {});
    await this.#peer.send(this.#message);
    if (this.#late) {
      this.#late--;
      return true;
    }
    if (await withTimeout(this.#wait, answered.promise, this.#clock)) return await answered.promise;
    this.#answered = undefined;
    return false;
  }

  close(): void {
    this.#peer.close();
  }

  #take(bytes: Uint8Array): void {
    this.received += bytes.length;
    if (this.#answered) this.#answered.resolve(true);
    else this.#late++;
    this.#answered = undefined;
  }

  #fail(error: unknown): void {
    this.#failure = { error };
    this.#answered?.reject(error);
  }
}
