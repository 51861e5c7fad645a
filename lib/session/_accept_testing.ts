import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../app/_testing.ts";
import { type Event, Reporter } from "../app/mod.ts";
import { PullReader } from "../net/_pull_reader.ts";
import { type Connection, type DrainableConnection, type Listener, pipe } from "../net/mod.ts";
import { serveConnections, type ServeOptions } from "./accept.ts";

/** Events as they come, to be waited for. */
export class Events {
  readonly all: Event[] = [];
  readonly reporter = new Reporter({
    program: "test",
    role: "server",
    forward: (event) => this.#take(event),
  });
  #taken = 0;
  #changed = Promise.withResolvers<void>();

  /** The next event of this name behind those that were waited for. */
  async next(name: string): Promise<Event> {
    for (;;) {
      while (this.#taken < this.all.length) {
        const event = this.all[this.#taken++];
        if (event.event === name) return event;
      }
      await this.#changed.promise;
    }
  }

  of(name: string): Event[] {
    return this.all.filter(({ event }) => event === name);
  }

  #take(event: Event): void {
    this.all.push(event);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** The far end of a connection, as a test uses it. */
export class Client {
  readonly connection: Connection;
  #reader: PullReader;

  constructor(connection: Connection) {
    this.connection = connection;
    this.#reader = new PullReader(connection);
  }

  async send(text: string): Promise<void> {
    await this.connection.write(new TextEncoder().encode(text));
  }

  /** At most `size` bytes as text, undefined at the end. */
  async read(size = 1000): Promise<string | undefined> {
    const buffer = new Uint8Array(size);
    const count = await this.#reader.read(buffer);
    return count === null ? undefined : new TextDecoder().decode(buffer.subarray(0, count));
  }

  /** Asks and waits for the whole answer of an echo. */
  async ask(text: string): Promise<string> {
    const written = this.send(text);
    let answer = "";
    while (answer.length < text.length) {
      const part = await this.read();
      assert(part !== undefined, "the connection was closed");
      answer += part;
    }
    await written;
    return answer;
  }

  async readsEnd(): Promise<boolean> {
    return await this.read() === undefined;
  }
}

/** A listener to which connections, and errors, come when the test says so. */
export class Door implements Listener {
  readonly address = "test:door";
  readonly sockets = "deno";
  #queue: (DrainableConnection | Error)[] = [];
  #closed = false;
  #changed = Promise.withResolvers<void>();

  /** Comes in, and gives the client's end. */
  enter(): Client {
    const [client, server] = pipe();
    this.#put(server);
    return new Client(client);
  }

  fail(error: Error): void {
    this.#put(error);
  }

  async accept(): Promise<DrainableConnection | undefined> {
    while (!this.#queue.length) {
      if (this.#closed) return undefined;
      await this.#changed.promise;
    }
    const next = this.#queue.shift()!;
    if (next instanceof Error) throw next;
    return next;
  }

  close(): void {
    this.#closed = true;
    this.#changed.resolve();
  }

  #put(one: DrainableConnection | Error): void {
    this.#queue.push(one);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** Sends back all that comes. */
export function echo(connection: Connection): Promise<void> {
  return connection.receive((bytes) => connection.write(bytes.slice()));
}

/** A server on `listener`; disposing of it stops it and waits for its end. */
export function start(listener: Listener, options: Partial<ServeOptions> = {}) {
  const events = new Events();
  const clock = new FakeClock();
  const stop = new AbortController();
  const ended = serveConnections(listener, {
    reporter: events.reporter,
    clock,
    signal: stop.signal,
    maxClients: 100,
    idleTimeout: 0,
    handle: echo,
    ...options,
  });
  return {
    events,
    clock,
    ended,
    stop: () => stop.abort(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
      assertEquals(clock.pending, 0);
    },
  };
}
