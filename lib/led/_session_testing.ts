import { contextOf, FakeClock, turn } from "../app/_testing.ts";
import type { Event } from "../app/mod.ts";
import { PullReader } from "../net/_pull_reader.ts";
import { type Connection, type Peer, pipe } from "../net/mod.ts";
import { Controller, type ControllerOptions } from "./serve.ts";

/** Where a controller listens, and a peer on another machine. */
export const HERE = {
  scheme: "tcp",
  host: "192.0.2.7",
  port: 11235,
  name: "tcp://192.0.2.7:11235",
  isLocal: false,
};
export const FAR = { scheme: "tcp", host: "192.0.2.1", port: 5, name: "tcp://192.0.2.1:5", isLocal: false };

/** A controller in memory, on a clock of its own. */
export class World {
  readonly events: Event[] = [];
  readonly clock = new FakeClock();
  readonly controller: Controller;

  /** @param maxFrame bytes of the longest line, if there is a limit */
  constructor(options: Partial<ControllerOptions> = {}, maxFrame?: number) {
    const onEvent = (event: Event) => void this.events.push(event);
    const context = contextOf("text", { onEvent, clock: this.clock, role: "server", maxFrame });
    this.controller = new Controller({ maxClients: 10, ...options }, context);
  }

  /** A connection, from the peer's side. */
  connect(peer: Partial<Peer> = {}, local: Partial<Peer> = HERE): FarEnd {
    const [here, there] = pipe({ first: local, second: peer });
    const pending = this.controller.admission?.enter(here);
    return new FarEnd(there, this.controller.serveConnection(here, pending).finally(() => pending?.left()));
  }

  /** The WebSocket of a page, from its side. */
  page(): FarEnd {
    const [here, there] = pipe({ first: HERE, second: { ...FAR, scheme: "ws" } });
    const pending = this.controller.admission?.enter(here);
    return new FarEnd(there, this.controller.servePage(here, pending).finally(() => pending?.left()));
  }

  /** The peers' names, or numbers, in the list of devices. */
  listed(): (string | number)[] {
    return this.controller.registry.list().map(({ name, index }) => name ?? index);
  }
}

/** The far end of a session. */
export class FarEnd {
  readonly connection: Connection;
  /** What the session ends with. */
  readonly ended: Promise<unknown>;
  #reader: PullReader;
  #text = "";

  constructor(connection: Connection, ran: Promise<void>) {
    this.connection = connection;
    this.#reader = new PullReader(connection);
    this.ended = ran.then(() => undefined, (error) => error);
  }

  /** Sends lines in one write, and lets the session do what it does at once. */
  async say(...lines: string[]): Promise<void> {
    await this.write(lines.map((line) => `${line}\n`).join(""));
  }

  async write(text: string): Promise<void> {
    // A session that has closed takes nothing any more.
    await this.connection.write(new TextEncoder().encode(text))?.catch(() => {});
    await turn();
  }

  /** The next line that comes. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const text = await this.#reader.text();
      if (text === undefined) throw new Error(`the end behind "${this.#text}"`);
      this.#text += text;
    }
  }

  /** Everything that still comes. */
  async rest(): Promise<string> {
    let text = this.#text;
    for (let part; (part = await this.#reader.text()) !== undefined;) text += part;
    return text;
  }

  /** Ends the connection, and the session with it. */
  async leave(): Promise<void> {
    this.connection.close();
    await this.ended;
  }
}
