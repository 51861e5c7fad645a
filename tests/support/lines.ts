/** What comes on a connection, line by line; the connection is closed with it. */
export class Lines implements Disposable {
  readonly conn: Deno.Conn;
  #decoder: TextDecoder;
  #text = "";
  #buffer = new Uint8Array(65_536);

  constructor(conn: Deno.Conn, encoding = "utf-8") {
    this.conn = conn;
    this.#decoder = new TextDecoder(encoding);
  }

  /** The next line without its end, nothing at the end of the stream. */
  async next(): Promise<string | undefined> {
    let end: number;
    while ((end = this.#text.indexOf("\n")) < 0) if (!await this.more()) return undefined;
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  /** Reads once more; whether something came. */
  async more(): Promise<boolean> {
    const count = await this.conn.read(this.#buffer);
    if (count !== null) this.#text += this.#decoder.decode(this.#buffer.subarray(0, count), { stream: true });
    return count !== null;
  }

  /** What has come, and was not handed out. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  [Symbol.dispose](): void {
    try {
      this.conn.close();
    } catch {
      // It was closed from elsewhere.
    }
  }
}
