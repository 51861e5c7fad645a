import { assert, assertEquals } from "@std/assert";
import type { Event } from "../app/mod.ts";
import { type Connection, pipe } from "../net/mod.ts";
import { contextOf } from "./_testing.ts";
import { LineFormats } from "./rooms/line_format.ts";
import { Hub } from "./rooms/hub.ts";
import { parseControlLine, readWelcome, type Welcome } from "./control_lines.ts";
import { GREETING } from "./protocol.ts";
import { WriteScheduler } from "./rooms/write_scheduler.ts";
import { type ChatOptions, serveMember } from "./session.ts";

/** A chat server in memory. */
export class Chat implements AsyncDisposable {
  readonly events: Event[] = [];
  readonly hub: Hub;
  #context;
  #options: ChatOptions;
  #peers: Peer[] = [];

  constructor(options: Partial<ChatOptions> = {}, spec = "text", maxFrame?: number) {
    const context = this.#context = contextOf(spec, (event) => void this.events.push(event), maxFrame);
    const { reporter } = context;
    const own = { maxQueue: options.maxQueue ?? 65_536 };
    this.hub = new Hub({
      ...own,
      timestamps: false,
      history: 100,
      reporter,
      scheduler: new WriteScheduler(),
    });
    this.#options = {
      ...own,
      hub: this.hub,
      formats: new LineFormats(context.codec),
      greeting: true,
      rate: 0,
      ...options,
    };
  }

  /** A connection, from the peer's side. */
  connect(): Peer {
    const [here, there] = pipe();
    const peer = new Peer(there, serveMember(here, this.#context, this.#options).finally(here.close));
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
    this.hub.close();
  }
}

/** The far end of a connection. */
export class Peer {
  readonly served: Promise<void>;
  #connection: Connection;
  #text = "";
  #buffer = new Uint8Array(65_536);

  constructor(connection: Connection, served: Promise<void>) {
    this.#connection = connection;
    this.served = served;
    served.catch(() => {});
  }

  /** What one read gives, which is at most one write of the server's. */
  async read(): Promise<string | undefined> {
    const count = await this.#connection.read(this.#buffer);
    return count === null ? undefined : new TextDecoder().decode(this.#buffer.subarray(0, count));
  }

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
  write(text: string): Promise<void> {
    return this.#connection.write(new TextEncoder().encode(text));
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
