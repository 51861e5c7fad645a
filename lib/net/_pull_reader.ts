import type { Connection } from "./connection.ts";

/** Reads a connection as a test wants to, a piece at a time; what isn't asked for yet holds the sender up. */
export class PullReader {
  #connection: Connection;
  #chunk: Uint8Array = new Uint8Array();
  #release?: () => void;
  #arrived = Promise.withResolvers<void>();
  #received?: Promise<void>;
  #hasEnded = false;
  #failure: unknown;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Reads into `buffer`: the number of bytes, or null at the end of the stream. */
  async read(buffer: Uint8Array): Promise<number | null> {
    this.#received ??= this.#receive(buffer.length);
    while (!this.#chunk.length) {
      this.#release?.();
      this.#release = undefined;
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#hasEnded) return null;
      await this.#arrived.promise;
    }
    const part = this.#chunk.subarray(0, buffer.length);
    buffer.set(part);
    this.#chunk = this.#chunk.subarray(part.length);
    return part.length;
  }

  /** The next read as text in UTF-8, or undefined at the end of the stream. */
  async text(): Promise<string | undefined> {
    const buffer = new Uint8Array(65_536);
    const count = await this.read(buffer);
    return count === null ? undefined : new TextDecoder().decode(buffer.subarray(0, count));
  }

  async #receive(first: number): Promise<void> {
    try {
      await this.#connection.receive((bytes) => {
        this.#chunk = bytes;
        this.#wake();
        return new Promise((resolve) => this.#release = resolve);
      }, { first });
    } catch (error) {
      this.#failure = error;
    }
    this.#hasEnded = true;
    this.#wake();
  }

  #wake(): void {
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }
}
