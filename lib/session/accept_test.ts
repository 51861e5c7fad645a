import { assert, assertEquals, assertRejects } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { parseAddress } from "../net/address.ts";
import type { Connection, DrainableConnection } from "../net/connection.ts";
import { dial } from "../net/dial.ts";
import { type Event, Reporter } from "../app/reporter.ts";
import { withIdleTimeout } from "../net/idle.ts";
import { listen, type Listener } from "../net/listen.ts";
import { pipe } from "../net/pipe.ts";
import { serveConnections, type ServeOptions } from "./accept.ts";

const LOOPBACK = parseAddress("0", { schemes: ["tcp"] });

/** Events as they come, to be waited for. */
class Events {
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

/** A listener to which connections, and errors, come when the test says so. */
class Door implements Listener {
  readonly address = "test:door";
  #queue: (DrainableConnection | Error)[] = [];
  #closed = false;
  #changed = Promise.withResolvers<void>();

  /** Comes in, and gives the client's end. */
  enter(): Connection {
    const [client, server] = pipe();
    this.#put(server);
    return client;
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
async function echo(connection: Connection): Promise<void> {
  const buffer = new Uint8Array(1000);
  for (let count; (count = await connection.read(buffer)) !== null;) {
    await connection.write(buffer.slice(0, count));
  }
}

/** A server on `listener`; disposing of it stops it and waits for its end. */
function start(listener: Listener, options: Partial<ServeOptions> = {}) {
  const events = new Events();
  const stop = new AbortController();
  const ended = serveConnections(listener, {
    reporter: events.reporter,
    signal: stop.signal,
    maxClients: 100,
    idleTimeout: 0,
    handle: echo,
    ...options,
  });
  return {
    events,
    ended,
    stop: () => stop.abort(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

/** Asks and waits for the whole answer of an echo. */
async function ask(connection: Connection, text: string): Promise<string> {
  const written = connection.write(new TextEncoder().encode(text));
  let answer = "";
  const buffer = new Uint8Array(1000);
  while (answer.length < text.length) {
    const count = await connection.read(buffer);
    assert(count !== null, "the connection was closed");
    answer += new TextDecoder().decode(buffer.subarray(0, count));
  }
  await written;
  return answer;
}

const readsEnd = async (connection: Connection) => await connection.read(new Uint8Array(1)) === null;

Deno.test("serveConnections serves many at a time, and tells who comes and leaves", async () => {
  const door = new Door();
  await using server = start(door);
  const [a, b] = [door.enter(), door.enter()];
  assertEquals([await ask(b, "bb"), await ask(a, "aa")], ["bb", "aa"]);
  await a.closeWrite();
  assert(await readsEnd(a));
  assertEquals(await server.events.next("disconnected"), {
    event: "disconnected",
    peer: "pipe:a",
    reason: "end of stream",
  });
  assertEquals(await ask(b, "still here"), "still here");
  assertEquals(server.events.of("connected").length, 2);
});

Deno.test("serveConnections closes who comes beyond maxClients, and names the option once for a crowd", async () => {
  const door = new Door();
  await using server = start(door, { maxClients: 1 });
  const first = door.enter();
  await ask(first, "x");
  assert(await readsEnd(door.enter()));
  assert(await readsEnd(door.enter()));
  assertEquals(server.events.of("error").length, 1);
  const [error] = server.events.of("error");
  assert(error.event === "error" && error.hint?.includes("--max-clients"));
  assertEquals(error.peer, "pipe:a");
  assertEquals(server.events.of("connected").length, 1);

  await first.closeWrite();
  await server.events.next("disconnected");
  assertEquals(await ask(door.enter(), "now"), "now");
  assert(await readsEnd(door.enter()));
  assertEquals(server.events.of("error").length, 2);
});

Deno.test("serveConnections counts with the counter it is given", async () => {
  const door = new Door();
  let places = 1;
  const counter = { enter: () => places > 0 && places-- > 0, leave: () => void places++ };
  await using server = start(door, { counter });
  const first = door.enter();
  await ask(first, "x");
  assertEquals(places, 0);
  assert(await readsEnd(door.enter()));
  await first.closeWrite();
  await server.events.next("disconnected");
  assertEquals(places, 1);
});

Deno.test("serveConnections reports what a handler throws, and serves the others", async () => {
  const door = new Door();
  const handle = async (connection: Connection) => {
    await connection.read(new Uint8Array(9));
    throw new PinwireError("frame_malformed", "it made no sense", { hint: "look again" });
  };
  await using server = start(door, { handle });
  const [a, b] = [door.enter(), door.enter()];
  await a.write(new Uint8Array(1));
  assert(await readsEnd(a));
  const left = await server.events.next("disconnected");
  assertEquals(left, { event: "disconnected", peer: "pipe:a", reason: "frame malformed" });
  assertEquals(server.events.of("error"), [
    { event: "error", message: "it made no sense", hint: "look again", peer: "pipe:a" },
  ]);
  await b.write(new Uint8Array(1));
  assert(await readsEnd(b));
});

Deno.test("serveConnections takes a peer that has gone for no error", async () => {
  const door = new Door();
  const handle = () => Promise.reject(new PinwireError("connection_reset", "reset"));
  await using server = start(door, { handle });
  door.enter();
  const left = await server.events.next("disconnected");
  assertEquals(left, { event: "disconnected", peer: "pipe:a", reason: "connection reset" });
  assertEquals(server.events.of("error"), []);
});

Deno.test("serveConnections goes on accepting after an error of accept", async () => {
  const door = new Door();
  await using server = start(door);
  const errors = [
    new Error("accept failed"),
    Object.assign(new Error("too many"), { code: "EMFILE" }),
    new PinwireError("tls_failed", "no TLS", { hint: "speak it" }),
  ];
  for (const error of errors) door.fail(error);
  assertEquals(await ask(door.enter(), "hello"), "hello");
  assertEquals(server.events.of("error").map((event) => "hint" in event ? event.hint : undefined), [
    undefined,
    "raise the limit with ulimit -n, or lower --max-clients",
    "speak it",
  ]);
});

Deno.test("serveConnections closes idle connections at once when it stops, and lets a busy one finish", async () => {
  const door = new Door();
  const server = start(door);
  const [idle, busy] = [door.enter(), door.enter()];
  await ask(idle, "x");
  await busy.write(new TextEncoder().encode("answer"));
  const buffer = new Uint8Array(3);
  assertEquals(await busy.read(buffer), 3);
  server.stop();
  assert(await readsEnd(idle));
  assertEquals(await busy.read(buffer), 3);
  assertEquals(new TextDecoder().decode(buffer), "wer");
  assert(await readsEnd(busy));
  await server.ended;
  assertEquals(server.events.of("disconnected").map((event) => "reason" in event && event.reason), [
    "server stopped",
    "server stopped",
  ]);
});

Deno.test("serveConnections cuts off after 2 s who doesn't read its answer", async () => {
  const listener = await listen(LOOPBACK);
  const handle = (connection: Connection) => connection.write(new Uint8Array(64 * 1024 * 1024));
  const server = start(listener, { handle });
  const client = await dial(parseAddress(listener.address, { schemes: ["tcp"] }));
  await client.read(new Uint8Array(1));
  const before = performance.now();
  server.stop();
  await server.ended;
  const took = performance.now() - before;
  assert(took > 1500 && took < 4000, `${took} ms`);
  client.close();
});

Deno.test("serveConnections that is told to stop before it begins ends at once", async () => {
  const listener = await listen(LOOPBACK);
  await serveConnections(listener, {
    reporter: new Events().reporter,
    signal: AbortSignal.abort(),
    maxClients: 1,
    idleTimeout: 0,
    handle: echo,
  });
});

Deno.test("serveConnections listens no more once it stops", async () => {
  const listener = await listen(LOOPBACK);
  const server = start(listener);
  const address = parseAddress(listener.address, { schemes: ["tcp"] });
  const client = await dial(address);
  assertEquals(await ask(client, "x"), "x");
  server.stop();
  await server.ended;
  assertEquals((await assertRejects(() => dial(address), PinwireError)).code, "refused");
  client.close();
});

Deno.test("serveConnections closes a connection on which nothing moves, and says why", async () => {
  const door = new Door();
  await using server = start(door, { idleTimeout: 30 });
  const client = door.enter();
  assertEquals(await ask(client, "x"), "x");
  assert(await readsEnd(client));
  assertEquals(await server.events.next("disconnected"), {
    event: "disconnected",
    peer: "pipe:a",
    reason: "idle timeout",
  });
  assertEquals(server.events.of("error"), []);
});

Deno.test("withIdleTimeout ends a read that waits, and tells that it did", async () => {
  const [a] = pipe();
  const limited = withIdleTimeout(a, 30);
  assertEquals([limited.local, limited.remote, limited.timedOut], [a.local, a.remote, false]);
  assert(await readsEnd(limited));
  assertEquals(limited.timedOut, true);
});

Deno.test("withIdleTimeout waits anew from each read and write", async () => {
  const [a, b] = pipe();
  const limited = withIdleTimeout(a, 100);
  const echoing = echo(b);
  const before = performance.now();
  while (performance.now() - before < 250) await ask(limited, "x");
  assertEquals(limited.timedOut, false);
  limited.close();
  await echoing;
});

Deno.test("withIdleTimeout leaves no timer when it is closed", () => {
  const [a] = pipe();
  const limited = withIdleTimeout(a, 60_000);
  limited.close();
  limited.close();
  assertEquals(limited.timedOut, false);
});
