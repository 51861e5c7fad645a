import { assert } from "@std/assert";
import type { Event } from "../../app/mod.ts";
import type { Address } from "../../net/mod.ts";
import { contextOf } from "../_testing.ts";
import { ChatClient, type ClientOptions, type Message } from "./client.ts";
import { type Hello, parseControlLine, printControlLine, readHello, type Welcome } from "../control_lines.ts";
import { GREETING } from "../protocol.ts";

/** A server that the test plays, and a client that dials it. */
export class World implements AsyncDisposable {
  readonly messages: Message[] = [];
  readonly notices: string[] = [];
  /** Its own names, and the rooms that it came into. */
  readonly places: [nick: string, room: string][] = [];
  readonly events: Event[] = [];
  readonly client: ChatClient;
  readonly running: Promise<void>;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #links: Link[] = [];
  readonly #context;
  #changed = Promise.withResolvers<void>();

  constructor(options: ClientOptions = {}, spec = "text") {
    const note = <T>(list: T[]) => (one: T) => {
      list.push(one);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    };
    this.#context = contextOf(spec, { onEvent: note(this.events) });
    const placed = note(this.places);
    // The shortest waits before a link is dialled again.
    this.client = new ChatClient({ random: () => 0, ...options }, this.#context, {
      message: note(this.messages),
      notice: note(this.notices),
      placed: (nick, room) => placed([nick, room]),
    });
    const { port } = this.#listener.addr as Deno.NetAddr;
    const address: Address = { scheme: "tcp", hostname: "127.0.0.1", port };
    this.running = this.client.run(address);
    this.running.catch(() => {});
  }

  /** The client's next connection. */
  async accept(): Promise<Link> {
    const link = new Link(await this.#listener.accept());
    this.#links.push(link);
    return link;
  }

  /** The same, let in by a server of ours. */
  async letIn(welcome: Partial<Welcome> = {}): Promise<Link> {
    const link = await this.accept();
    await link.write(`${GREETING}\n`);
    await link.line();
    await link.welcome(welcome);
    await this.client.opened();
    return link;
  }

  /** Waits until something has happened. */
  async until(has: () => boolean): Promise<void> {
    while (!has()) await this.#changed.promise;
  }

  get texts(): string[] {
    return this.messages.map(({ line }) => line);
  }

  /** The errors told, by their sentences. */
  get errors(): string[] {
    return this.events.flatMap((event) => event.event === "error" ? [event.message] : []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#context.stop.now();
    this.#listener.close();
    await this.running.catch(() => {});
    for (const link of this.#links) link.close();
  }
}

/** The server's end of a link. */
export class Link {
  readonly #conn: Deno.TcpConn;
  #text = "";
  #isOpen = true;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    conn.setNoDelay(true);
  }

  async write(text: string): Promise<void> {
    await this.#conn.write(new TextEncoder().encode(text));
  }

  /** Sends lines. */
  say(...lines: string[]): Promise<void> {
    return this.write(lines.map((line) => `${line}\n`).join(""));
  }

  welcome(welcome: Partial<Welcome> = {}): Promise<void> {
    const own = { nick: "amy", room: "lobby", session: "s", log: "l", line: 0, past: 0, who: ["amy"] };
    return this.say(printControlLine({ ...own, ...welcome }));
  }

  async line(): Promise<string> {
    while (!this.#text.includes("\n")) {
      const more = await this.read();
      if (more === undefined) throw new Error(`the end, behind "${this.#text}"`);
      this.#text += more;
    }
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  /** What one read gives. */
  async read(): Promise<string | undefined> {
    const buffer = new Uint8Array(4_096);
    const count = await this.#conn.read(buffer);
    return count === null ? undefined : new TextDecoder().decode(buffer.subarray(0, count));
  }

  close(): void {
    if (this.#isOpen) this.#conn.close();
    this.#isOpen = false;
  }
}

/** The hello that a line is. */
export function helloOf(line: string): Hello {
  const control = parseControlLine(line);
  assert(control?.say === "hello", line);
  return readHello(control.json);
}
