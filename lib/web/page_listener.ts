import {
  type Clock,
  type DrainableConnection,
  type Listener,
  type MessageForm,
  RateLimit,
  type SocketKind,
} from "../net/mod.ts";
import { Queue, WebSocketConnection } from "../net/websocket/mod.ts";
import type { Reporter } from "../app/mod.ts";
import { acceptNext } from "../session/mod.ts";
import { serveBrowser } from "./browser.ts";
import type { Door } from "./door.ts";
import { PinwireError } from "../errors.ts";
import type { HttpError } from "../framing/http/mod.ts";

/** Connections of browsers that are no WebSockets, at a time; the next one takes the place of the oldest. */
const MOST_BROWSERS = 256;
/** Refused requests that are told of in a second. */
const MOST_ERRORS = 5;
/** What is worth telling of: the others are a browser's, or a scanner's, own business. */
const TOLD = [401, 403, 421];

/** Hands on the WebSockets of a page, and serves its files beside that. */
export class PageListener implements Listener {
  readonly address: string;
  readonly sockets: SocketKind;
  #listener: Listener;
  #form: MessageForm;
  #door: Pick<Door, "answer">;
  #clock: Clock;
  #reporter: Reporter;
  #errors: RateLimit;
  #browsers = new Set<DrainableConnection>();
  /** WebSockets that nobody has taken yet. */
  #ready = new Queue<DrainableConnection>();
  #closed = Promise.withResolvers<void>();
  #isClosed = false;

  /** @param maxMessage the most bytes in a message that a page sends */
  constructor(
    listener: Listener,
    door: Pick<Door, "answer">,
    maxMessage: number,
    { clock, reporter }: { clock: Clock; reporter: Reporter },
  ) {
    this.address = listener.address;
    this.sockets = listener.sockets;
    this.#listener = listener;
    this.#door = door;
    this.#form = { lines: "all", cutsLines: true, kind: "text", maxMessage };
    this.#clock = clock;
    this.#reporter = reporter;
    this.#errors = new RateLimit(MOST_ERRORS, clock);
    void this.#acceptAll();
  }

  accept(): Promise<DrainableConnection | undefined> {
    return this.#ready.take();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.close();
    this.#closed.resolve();
    for (const connection of this.#browsers) connection.close();
    this.#ready.end();
  }

  async #acceptAll(): Promise<void> {
    for (;;) {
      const connection = await acceptNext(this.#listener, this.#reporter, this.#closed.promise, this.#clock);
      if (!connection) return this.close();
      void this.#serve(connection);
    }
  }

  async #serve(connection: DrainableConnection): Promise<void> {
    const { name } = connection.peer;
    const [oldest] = this.#browsers;
    if (this.#browsers.size >= MOST_BROWSERS) {
      this.#browsers.delete(oldest);
      oldest.close();
    }
    this.#browsers.add(connection);
    const stream = await serveBrowser(
      connection,
      this.#door,
      this.#clock,
      (error) => this.#tell(error, name),
    );
    this.#browsers.delete(connection);
    if (!stream) return;
    if (this.#isClosed) return connection.close();
    this.#ready.put(new WebSocketConnection(stream, "server", this.#form, this.#clock));
  }

  #tell(error: HttpError, peer: string): void {
    if (!TOLD.includes(error.status) || !this.#errors.allows()) return;
    const what = new PinwireError("refused", `refused a request over HTTP: ${error.message}`, {
      hint: error.hint,
    });
    this.#reporter.error(what, peer);
  }
}
