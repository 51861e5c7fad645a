import { fail } from "@std/assert";
import { bytes, isGone, LOOPBACK } from "./connection.ts";
import { Lines } from "./lines.ts";
import { pinwire } from "./pinwire.ts";
import type { Event, Process } from "./process.ts";

/** An event of `chat`. */
export interface ChatEvent extends Event {
  nick?: string;
  room?: string;
  past?: boolean;
  private?: boolean;
}

/** What a server says first. */
export const GREETING = "* pinwire chat 1, /help for help";

/** Starts `chat serve` on a free port; its stdin stays open. */
export const chatServe = (...options: string[]): Promise<Process> =>
  pinwire(["chat", "serve", "127.0.0.1:0", ...options]);

/** Starts `chat connect --json`. */
export const chatConnect = (address: string, ...options: string[]): Promise<Process> =>
  pinwire(["chat", "connect", address, "--json", ...options]);

/** Starts `chat connect --json` under a name, and waits until it is in its room. */
export async function connectAs(
  nick: string,
  server: { address: string },
  ...options: string[]
): Promise<Process> {
  const client = await chatConnect(server.address, "--nick", nick, ...options);
  try {
    await noticed(client, /^in \S+: /);
    return client;
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
}

/** The next event of this name, as those of `chat` are. */
export const next = (process: Process, name: string): Promise<ChatEvent> => process.next(name);

/** What the next message says and who said it, `amy: hi`. */
export async function heard(process: Process): Promise<string> {
  const { nick, text } = await next(process, "message");
  return `${nick}: ${text}`;
}

/** Waits for a notice that matches; those before are handed out with it. */
export async function noticed(process: Process, pattern: RegExp): Promise<string> {
  for (;;) {
    const { text } = await process.next("notice");
    if (pattern.test(text!)) return text!;
  }
}

/** The texts of the events of a name that came and were not handed out. */
export const textsOf = ({ events }: Process, name: string): string[] =>
  events.filter(({ event }) => event === name).map(({ text }) => text!);

/** Whoever has nc or telnet: a plain connection, a line at a time. */
export class Member implements Disposable {
  readonly conn: Deno.Conn;
  #lines: Lines;

  constructor(conn: Deno.Conn, encoding?: string) {
    this.conn = conn;
    this.#lines = new Lines(conn, encoding);
  }

  static async dial({ port }: { port: number }, encoding?: string): Promise<Member> {
    return new Member(await Deno.connect({ hostname: LOOPBACK, port }), encoding);
  }

  /** Comes in under a name; what it is told of that is read. */
  static async join(server: { port: number }, nick: string): Promise<Member> {
    const member = await Member.dial(server);
    await member.take(nick);
    return member;
  }

  async take(nick: string): Promise<void> {
    await this.say(`/nick ${nick}`);
    await this.until(`is now ${nick}`);
  }

  /** Sends lines in one write. */
  say(...lines: string[]): Promise<void> {
    return this.write(lines.map((line) => `${line}\n`).join(""));
  }

  async write(text: string | Uint8Array): Promise<void> {
    const all = typeof text === "string" ? bytes(text) : text;
    for (let sent = 0; sent < all.length;) sent += await this.conn.write(all.subarray(sent));
  }

  /** The next line that comes, without its newline. */
  async line(): Promise<string> {
    return await this.#lines.next() ?? fail(`the end behind "${this.#lines.take()}"`);
  }

  /** The next so many lines. */
  async lines(count: number): Promise<string[]> {
    const lines: string[] = [];
    while (lines.length < count) lines.push(await this.line());
    return lines;
  }

  /** The next line that is no notice. */
  async hears(): Promise<string> {
    for (;;) {
      const line = await this.line();
      if (!line.startsWith("* ")) return line;
    }
  }

  /** All lines up to the first that ends so. */
  async until(ending: string): Promise<string[]> {
    const lines: string[] = [];
    do lines.push(await this.line()); while (!lines.at(-1)!.endsWith(ending));
    return lines;
  }

  /** What the next read brings. */
  async read(): Promise<string> {
    const text = this.#lines.take();
    if (text) return text;
    await this.#lines.more();
    return this.#lines.take();
  }

  /** Everything that still comes, however the end comes about. */
  async rest(): Promise<string> {
    try {
      while (await this.#lines.more());
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    return this.#lines.take();
  }

  [Symbol.dispose](): void {
    this.conn.close();
  }
}
