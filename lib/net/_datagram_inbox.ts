import type { DatagramHandlers, Endpoint } from "./datagram.ts";

/** A datagram that has come, as text in UTF-8. */
export interface Received {
  text: string;
  from?: Endpoint;
}

/** What comes to a UDP socket, as a test wants it: one datagram after the other. */
export class DatagramInbox {
  /** What was told of losses. */
  readonly errors: unknown[] = [];
  /** Done when the socket is closed. */
  readonly done: Promise<void>;
  #waiting: Received[] = [];
  #isOver = false;
  #changed = Promise.withResolvers<void>();

  constructor(socket: { receive(handlers: DatagramHandlers): Promise<void> }) {
    this.done = socket.receive({
      onDatagram: (bytes, from) => {
        this.#waiting.push({ text: new TextDecoder().decode(bytes), from });
        this.#change();
      },
      onError: (error) => {
        this.errors.push(error);
        this.#change();
      },
    }).finally(() => {
      this.#isOver = true;
      this.#change();
    });
  }

  /** The next datagram; undefined once the socket is closed. */
  async next(): Promise<Received | undefined> {
    while (!this.#waiting.length && !this.#isOver) await this.#changed.promise;
    return this.#waiting.shift();
  }

  /** Waits until something was told of. */
  async error(): Promise<unknown> {
    while (!this.errors.length && !this.#isOver) await this.#changed.promise;
    return this.errors.shift();
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
