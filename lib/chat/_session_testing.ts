import { assert, assertEquals } from "@std/assert";
import type { Event } from "../app/mod.ts";
import { PullReader } from "../net/_pull_reader.ts";
import { type Clock, type Connection, pipe, systemClock } from "../net/mod.ts";
import { contextOf } from "./_testing.ts";
import { parseControlLine, readWelcome, type Welcome } from "./control_lines.ts";
import { GREETING } from "./protocol.ts";
import type { Hub } from "./rooms/hub.ts";
import { ChatServer, type ChatServerOptions } from "./serve.ts";

/** A chat server in memory. */
export class Chat implements AsyncDisposable {
  readonly events: Event[] = [];
  readonly hub: Hub;
  #server: ChatServer;
  #peers: Peer[] = [];

  constructor(
    options: Partial<ChatServerOptions> = {},
    spec = "text",
    maxFrame?: number,
    clock: Clock = systemClock,
  ) {
    const onEvent = (event: Event) => void this.events.push(event);
    const context = contextOf(spec, { onEvent, maxFrame, clock });
    const usual = { maxQueue: 65_536, timestamps: false, history: 100, greeting: "on", rate: 0 } as const;
    this.#server = new ChatServer({ ...usual, ...options }, context);
    this.hub = this.#server.hub;
  }

  /** A connection, from the peer's side. */
  connect(): Peer {
    const [here, there] = pipe();
    const peer = new Peer(there, this.#server.serveConnection(here));
    this.#peers.push(peer);
    return peer;
  }

  /** Somebody with lines that is called so. */
  async join(nick: string): Promise<Peer> {
    const peer = this.connect();
    assertEquals(await peer.line(), GREETING);
    await peer.write(`/nick ${nick}\n`);
    await peer.sees(new RegExp(`is now ${nick}$|^\\* ${nick} has joined$`));
    return peer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) peer.close();
    await Promise.allSettled(this.#peers.map(({ served }) => served));
    await this.#server[Symbol.asyncDispose]();
  }
}

/** The far end of a connection. */
export class Peer {
  readonly served: Promise<void>;
  #connection: Connection;
  #text = "";
  #reader: PullReader;

  constructor(connection: Connection, served: Promise<void>) {
    this.#connection = connection;
    this.#reader = new PullReader(connection);
    this.served = served;
    served.catch(() => {});
  }

  /** What one read gives, which is at most one write of the server's. */
  read = (): Promise<string | undefined> => this.#reader.text();

  async line(): Promise<string> {
    for (;;) {
      const [line, ...rest] = this.#text.split("\n");
      if (rest.length) {
        this.#text = rest.join("\n");
        return line;
      }
      const text = await this.read();
      if (text === undefined) throw new Error(`the end, behind "${this.#text}"`);
      this.#text += text;
    }
  }

  /** The next line like this. */
  async sees(pattern: RegExp): Promise<string> {
    for (;;) {
      const line = await this.line();
      if (pattern.test(line)) return line;
    }
  }

  async lines(count: number): Promise<string[]> {
    const lines = [];
    while (lines.length < count) lines.push(await this.line());
    return lines;
  }

  /** Done when the server has read it. */
  async write(text: string): Promise<void> {
    await this.#connection.write(new TextEncoder().encode(text));
  }

  /** The same for what is no text. */
  writeBytes = (bytes: Uint8Array) => this.#connection.write(bytes);

  /** What comes until the end. */
  async rest(): Promise<string> {
    let text = this.#text;
    for (let part; (part = await this.read()) !== undefined;) text += part;
    return text;
  }

  async welcome(): Promise<Welcome> {
    const control = parseControlLine(await this.sees(/^\/pinwire /));
    assert(control?.say === "hello");
    return readWelcome(control.json)!;
  }

  endWrite = () => this.#connection.closeWrite();
  close = () => this.#connection.close();
}
