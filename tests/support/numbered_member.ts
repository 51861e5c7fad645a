import { assert, fail } from "@std/assert";
import { isGone, LOOPBACK } from "./connection.ts";
import { Lines } from "./lines.ts";

/** A client as docs/protocol.md has it, which keeps every numbered line of its room, and comes back when its link is lost. */
export class NumberedMember implements AsyncDisposable {
  /** What was said in the room's present log, by number. */
  readonly lines = new Map<number, string>();
  /** The logs that the room has had. */
  readonly logs: string[] = [];
  /** What it was told besides. */
  readonly notices: string[] = [];
  nick = "";
  /** The log of the last line that it said, which may be the room's no longer. */
  saidIn?: string;
  #ports: number[];
  #conn?: Deno.Conn;
  #session?: string;
  #last = 0;
  #isOver = false;
  #said?: { text: string; done: (number: number | undefined) => void };
  #changed = Promise.withResolvers<void>();
  #running: Promise<void>;

  private constructor(ports: number[], nick: string) {
    this.#ports = ports;
    this.nick = nick;
    this.#running = this.#run();
  }

  /** @param ports those of the servers, the first one first */
  static async join(ports: number[], nick: string): Promise<NumberedMember> {
    const member = new NumberedMember(ports, nick);
    await member.until(() => member.#session);
    return member;
  }

  /** Says a line; its number, nothing if the server has not told it, or if the link was lost meanwhile. */
  async say(text: string): Promise<number | undefined> {
    await this.until(() => this.#conn && this.#session && !this.#said);
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    this.#said = { text, done: resolve };
    await this.#write(`${text}\n`);
    return await promise;
  }

  /** A command, whose answer is a notice. */
  async command(line: string, answer: RegExp): Promise<string> {
    const from = this.notices.length;
    assert(await this.say(line) === undefined, line);
    return await this.until(() => this.notices.slice(from).find((notice) => answer.test(notice)));
  }

  /** Done once `find` gives something. */
  async until<T>(find: () => T): Promise<NonNullable<T>> {
    for (;;) {
      const found = find();
      if (found) return found;
      if (this.#isOver) fail("it has left");
      await this.#changed.promise;
    }
  }

  /** Everything up to a number, in its order. */
  async upTo(last: number): Promise<string[]> {
    await this.until(() => this.#last >= last);
    return Array.from({ length: last }, (_, i) => this.lines.get(i + 1) ?? `(${i + 1} is missing)`);
  }

  /** Hangs up, and comes back. */
  drop(): void {
    this.#conn?.close();
    this.#conn = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.drop();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let at = 0; !this.#isOver; at++) {
      try {
        const port = this.#ports[at % this.#ports.length];
        await this.#link(await Deno.connect({ hostname: LOOPBACK, port }));
      } catch (error) {
        const { BadResource, ConnectionRefused, Interrupted } = Deno.errors;
        const isOurs = [BadResource, ConnectionRefused, Interrupted].some((kind) => error instanceof kind);
        if (!isOurs && !isGone(error)) throw error;
      }
      this.#conn = undefined;
      this.#said?.done(undefined);
      this.#said = undefined;
    }
    this.#tell();
  }

  async #link(conn: Deno.Conn): Promise<void> {
    using lines = new Lines(conn);
    await lines.next();
    if (this.#isOver) return;
    this.#conn = conn;
    const resume = this.#session && { session: this.#session, log: this.logs.at(-1), line: this.#last };
    const hello = { nick: this.nick, room: "lobby", heartbeat: false, ...resume && { resume } };
    await this.#write(`/pinwire ${JSON.stringify(hello)}\n`);
    for (let line; (line = await lines.next()) !== undefined;) {
      this.#take(line);
      this.#tell();
    }
  }

  async #write(text: string): Promise<void> {
    try {
      await this.#conn?.write(new TextEncoder().encode(text));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  #take(line: string): void {
    const [, number, text] = line.match(/^#(\d+) (.*)$/) ?? [];
    const [, taken] = line.match(/^\/taken(?: (\d+))?$/) ?? [line, undefined];
    if (line.startsWith("/pinwire ")) this.#place(JSON.parse(line.slice(9)));
    else if (number !== undefined) this.#count(Number(number), text);
    else if (line.startsWith("/taken")) {
      const said = this.#said;
      this.#said = undefined;
      this.saidIn = this.logs.at(-1);
      if (taken !== undefined) this.#count(Number(taken), `${this.nick}: ${said?.text}`);
      said?.done(taken === undefined ? undefined : Number(taken));
    } else this.notices.push(line);
  }

  #place({ nick, session, log, line, past }: Record<string, never>): void {
    this.nick = nick;
    this.#session = session;
    if (log === this.logs.at(-1)) return;
    this.logs.push(log);
    this.lines.clear();
    this.#last = line - past;
  }

  #count(number: number, text: string): void {
    const known = this.lines.get(number);
    if (known !== undefined && known !== text) fail(`number ${number} is "${known}", and "${text}"`);
    this.lines.set(number, text);
    this.#last = Math.max(this.#last, number);
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
