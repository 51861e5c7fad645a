import { assertEquals } from "@std/assert";
import { contextOf, FakeClock, turn } from "../app/_testing.ts";
import type { Event, WatchOptions } from "../app/mod.ts";
import { ByteBuffer, type Framing } from "../framing/mod.ts";
import { PullReader } from "../net/_pull_reader.ts";
import { type Connection, pipe, wrapConnection } from "../net/mod.ts";
import { Reply } from "./protocol.ts";
import type { Owed } from "../session/mod.ts";
import { EchoSession } from "./session.ts";

/** The bytes of a text. */
export const utf8 = (text: string) => new TextEncoder().encode(text);
/** The text that bytes are. */
export const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

interface EchoTest extends WatchOptions {
  frame?: string;
  reply?: string;
  /** Messages are reported. */
  watched?: boolean;
  replyDelay?: number;
  closeAfter?: number;
  takeOnce?(): boolean;
  /** What the server's end does in place of a pipe's. */
  changes?: Partial<Connection>;
}

/** A client of an echo server, over the pair in memory. */
export class Client implements Disposable {
  readonly events: Event[] = [];
  /** Times that the server was asked to stop. */
  stops = 0;
  /** What the session has told of its late answers. */
  owed?: Owed;
  readonly served: Promise<void>;
  readonly framing: Framing;
  readonly clock = new FakeClock();
  #connection: Connection;
  #reader: PullReader;

  constructor(options: EchoTest = {}) {
    const { frame = "raw", reply = "{n}:{data}", watched = false, changes = {}, ...echo } = options;
    const [client, server] = pipe();
    const context = contextOf(frame, {
      role: "server",
      json: watched,
      maxFrame: 100_000,
      clock: this.clock,
      onEvent: (event) => void this.events.push(event),
    });
    this.#connection = client;
    this.#reader = new PullReader(client);
    this.framing = context.codec.open();
    this.served = new EchoSession(
      wrapConnection(server, changes),
      context,
      {
        ...echo,
        reply: reply === "none" ? undefined : new Reply(reply, utf8),
        stop: () => this.stops++,
      },
      (owed) => this.owed = owed,
    ).run();
    this.served.catch(() => {});
  }

  /** One write, taken whole by the server. */
  async send(bytes: string | Uint8Array): Promise<void> {
    await this.#connection.write(typeof bytes === "string" ? utf8(bytes) : bytes);
  }

  /** One message in its frame. */
  async sendFrame(body: string): Promise<void> {
    const out = new ByteBuffer();
    this.framing.encoder.encode(utf8(body), out);
    await this.send(out.bytes());
  }

  /** What one read gives, `null` at the end. */
  async read(): Promise<Uint8Array | null> {
    const buffer = new Uint8Array(65_536);
    const count = await this.#reader.read(buffer);
    return count === null ? null : buffer.subarray(0, count);
  }

  /** Ends our side. */
  end(): Promise<void> {
    return this.#connection.closeWrite();
  }

  /** Ends our side and gives all that still comes. */
  async rest(): Promise<Uint8Array> {
    const ended = this.end();
    const out = new ByteBuffer();
    for (let part; (part = await this.read());) out.append(part);
    await ended;
    return out.bytes();
  }

  /** Nothing has come from us for as long as ends a message of `text`. */
  async pause(): Promise<void> {
    await turn();
    this.clock.pass(20);
  }

  /** The time that we have to end our side has passed: done when the server has closed, and left no timer. */
  async lingered(): Promise<void> {
    this.clock.pass(200);
    await this.served;
    assertEquals(this.clock.pending, 0);
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}
