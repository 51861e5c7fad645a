/** The lines that come on a connection, which is closed with it. */
export class Lines implements Disposable {
  #conn: Deno.Conn;
  #decoder = new TextDecoder();
  #text = "";
  #buffer = new Uint8Array(65_536);

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** The next line without its end, nothing at the end of the stream. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const count = await this.#conn.read(this.#buffer);
      if (count === null) return undefined;
      this.#text += this.#decoder.decode(this.#buffer.subarray(0, count), { stream: true });
    }
  }

  [Symbol.dispose](): void {
    try {
      this.#conn.close();
    } catch {
      // It was closed from elsewhere.
    }
  }
}
