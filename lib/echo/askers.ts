import { PinwireError } from "../errors.ts";
import {
  bindDatagram,
  type Connection,
  type DatagramSocket,
  type InternetAddress,
  isLoopback,
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
  #buffer = new Uint8Array(65_536);
  #reading?: Promise<number>;
  #askedAt = 0;
  #isLate = false;
  #watchdog: ReturnType<typeof setInterval>;

  /** @param wait ms until an answer is late, which is an error: nobody could tell it from the next one */
  constructor(connection: Connection, message: Uint8Array, wait: number) {
    this.#connection = connection;
    this.#message = message;
    this.#wait = wait;
    // One timer looks now and then: one for each message would cost more than the message.
    this.#watchdog = setInterval(() => this.#look(), Math.max(10, wait / 4));
  }

  /** Asks once and learns how an answer ends, from the first one: all that comes until nothing does. */
  async learn(): Promise<AnswerEnd> {
    await this.#connection.write(this.#message);
    if (!await withTimeout(this.#wait, this.#peek())) throw this.#noAnswer();
    const enough = this.#message.length * 64 + 65_536;
    let length = 0;
    let last = 0;
    do {
      if (length > enough) throw this.#endless();
      const count = await this.#read();
      length += count;
      last = this.#buffer[count - 1];
    } while (await withTimeout(length < this.#message.length ? LONG_QUIET : QUIET, this.#peek()));
    const isNewline = last === NEWLINE && length >= this.#message.length;
    return this.end = { isNewline, length: isNewline ? this.#message.length : length };
  }

  async ask(): Promise<boolean> {
    this.#askedAt = performance.now();
    const { isNewline, length } = this.end;
    try {
      await this.#connection.write(this.#message);
      let got = 0;
      let last = 0;
      while (got < length || (isNewline && last !== NEWLINE)) {
        const count = await this.#read();
        got += count;
        last = this.#buffer[count - 1];
      }
      this.received += got;
    } catch (error) {
      throw this.#isLate ? this.#noAnswer() : error;
    }
    this.#askedAt = 0;
    return true;
  }

  close(): void {
    clearInterval(this.#watchdog);
    this.#reading?.catch(() => {});
    this.#connection.close();
  }

  // The read that found nothing while learning is still under way, and is the next one.
  #peek(): Promise<number> {
    return this.#reading ??= this.#readSome();
  }

  #read(): Promise<number> {
    const reading = this.#peek();
    this.#reading = undefined;
    return reading;
  }

  async #readSome(): Promise<number> {
    const count = await this.#connection.read(this.#buffer);
    if (count !== null) return count;
    throw new PinwireError("connection_closed", `${this.#connection.remote} has closed the connection`, {
      hint: "measure a server that answers every message",
    });
  }

  #look(): void {
    if (!this.#askedAt || performance.now() - this.#askedAt < this.#wait) return;
    this.#isLate = true;
    this.#connection.close();
  }

  #endless(): PinwireError {
    return new PinwireError("no_answer", `${this.#connection.remote} sends without an end`, {
      hint: "measure a server that answers every message once",
    });
  }

  #noAnswer(): PinwireError {
    const { remote } = this.#connection;
    return new PinwireError("no_answer", `no whole answer from ${remote} within ${this.#wait / 1000} s`, {
      hint: "answers must be of one length or end as the message does; wait longer with --wait",
    });
  }
}

/** Asks by datagrams, which may get lost. */
export class DatagramAsker implements Asker {
  received = 0;
  #socket: DatagramSocket;
  #to: InternetAddress;
  #message: Uint8Array;
  #wait: number;
  #buffer = new Uint8Array(65_536);
  #receiving?: ReturnType<DatagramSocket["receive"]>;

  private constructor(socket: DatagramSocket, to: InternetAddress, message: Uint8Array, wait: number) {
    this.#socket = socket;
    this.#to = to;
    this.#message = message;
    this.#wait = wait;
  }

  /** @param wait ms until an answer counts as lost */
  static async open(to: InternetAddress, message: Uint8Array, wait: number): Promise<DatagramAsker> {
    const [loopback, any] = to.hostname.includes(":") ? ["::1", "::"] : ["127.0.0.1", "0.0.0.0"];
    const hostname = isLoopback(to.hostname) ? loopback : any;
    return new DatagramAsker(await bindDatagram({ scheme: "udp", hostname, port: 0 }), to, message, wait);
  }

  async ask(): Promise<boolean> {
    await this.#socket.send(this.#message, this.#to);
    const receiving = this.#receiving ??= this.#socket.receive(this.#buffer);
    if (!await withTimeout(this.#wait, receiving)) return false;
    this.#receiving = undefined;
    const received = await receiving;
    this.received += received?.[0].length ?? 0;
    return received !== undefined;
  }

  close(): void {
    this.#socket.close();
  }
}
