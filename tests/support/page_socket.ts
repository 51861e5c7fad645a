import { assert } from "@std/assert";

/** The WebSocket of a page, without the page: the runtime's own. */
export class PageSocket implements AsyncDisposable {
  /** What came and was not handed out. */
  readonly lines: string[] = [];
  /** With which code it was closed. */
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  #changed = Promise.withResolvers<void>();
  #isClosed = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      if (data === "ping") return this.say("pong");
      this.lines.push(data);
      this.#change();
    };
    this.closed = new Promise((resolve) =>
      socket.onclose = ({ code }) => {
        this.#isClosed = true;
        this.#change();
        resolve(code);
      }
    );
  }

  /** @param url a page's address, with its token */
  static async open(url: string, path: "/ws" | "/events" = "/ws"): Promise<PageSocket> {
    const { host, hash, protocol } = new URL(url);
    const scheme = protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${host}${path}`, ["pinwire", hash.replace("#k=", "k.")]);
    const opened = Promise.withResolvers<void>();
    socket.onopen = () => opened.resolve();
    socket.onerror = (event) => opened.reject(new Error((event as ErrorEvent).message));
    await opened.promise;
    socket.onerror = null;
    assert(socket.protocol === "pinwire");
    return new PageSocket(socket);
  }

  say(line: string): void {
    this.#socket.send(line);
  }

  /** The next line that fits, already here or still to come; those before it are passed over. */
  async next(pattern: RegExp): Promise<string> {
    for (;;) {
      while (this.lines.length) {
        const line = this.lines.shift()!;
        if (pattern.test(line)) return line;
      }
      assert(!this.#isClosed, `closed before ${pattern}`);
      await this.#changed.promise;
    }
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}
