import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import type { Connection } from "../net/mod.ts";

/**
 * A connection of ours as the stream that a library for Node reads and writes: so the library has our way of dialling, our
 * TLS, and what it says is traced and recorded.
 */
export class ConnectionStream extends Duplex {
  #connection: Connection;
  #room?: () => void;

  constructor(connection: Connection) {
    super();
    this.#connection = connection;
    connection.receive((bytes) => {
      // The memory of a read is used again.
      if (this.push(bytes.slice())) return undefined;
      return new Promise((resolve) => this.#room = resolve);
    }).then(() => this.destroy(), (error) => this.destroy(error));
  }

  override _read(): void {
    this.#room?.();
    this.#room = undefined;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const writing = this.#connection.write(new Uint8Array(chunk));
    if (writing) writing.then(() => done(), done);
    else done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    // Commands that waited for a write go out in one.
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "", done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#connection.close();
    this._read();
    done(error);
  }
}
