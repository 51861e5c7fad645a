import { fail } from "@std/assert";
import { bytes, LOOPBACK, restOf } from "./connection.ts";
import { pinwire, runPinwire } from "./pinwire.ts";
import type { Event, Outcome, Process } from "./process.ts";

/** An event of `led`. */
export interface LedEvent extends Event {
  on?: boolean;
  pin?: string;
  device?: string;
  index?: number;
  warning?: string;
}

/** The next event of this name, as those of `led` are. */
export const next = (process: Process, name: string): Promise<LedEvent> => process.next(name);

/** Starts `led serve --json` on a free port. */
export const controller = (...options: string[]): Promise<Process> =>
  pinwire(["led", "serve", "127.0.0.1:0", "--json", ...options]);

/** Starts `led agent --json` with simulated pins. */
export const agent = (address: string, name: string, ...options: string[]): Promise<Process> =>
  pinwire(["led", "agent", address, "--gpio", "simulated", "--name", name, "--json", ...options]);

/** Waits for the controller's event that the device is on, or off; those before are handed out with it. */
export async function reports(server: Process, device: string, on: boolean): Promise<LedEvent> {
  for (;;) {
    const event = await next(server, "state");
    if (event.device === device && event.on === on) return event;
  }
}

/** What the pin of an agent has been up to now, in its `state` events that `next` has not handed out. */
export const statesOf = ({ events }: Process): boolean[] =>
  (events as LedEvent[]).filter(({ event }) => event === "state").map(({ on }) => on!);

/** The rows that `list` shows on the console of a controller with `--json`. */
export async function list(server: Process): Promise<string[]> {
  const from = server.stderr.length;
  // The help behind it shows that all of the list is here.
  await server.write("list\nhelp\n");
  const [, rows] = await server.sees(new RegExp(`^[^]{${from}}([^]*?)list {10}[^]*quit .*\n$`), "stderr");
  // What was said of commands before may stand there too.
  return rows.split("\n").filter((row) => /^\d+ {2}|^no device is connected/.test(row));
}

/** A raw connection, a line at a time. */
export class Peer implements Disposable {
  readonly conn: Deno.Conn;
  #text = "";

  constructor(conn: Deno.Conn) {
    this.conn = conn;
  }

  static async dial({ port }: { port: number }): Promise<Peer> {
    return new Peer(await Deno.connect({ hostname: LOOPBACK, port }));
  }

  /** Sends lines in one write. */
  async say(...lines: string[]): Promise<void> {
    await this.conn.write(bytes(lines.map((line) => `${line}\n`).join("")));
  }

  /** The next line that comes, without its newline. */
  async line(): Promise<string> {
    const buffer = new Uint8Array(4096);
    while (!this.#text.includes("\n")) {
      const count = await this.conn.read(buffer) ?? fail(`the end behind "${this.#text}"`);
      this.#text += new TextDecoder().decode(buffer.subarray(0, count));
    }
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  /** Everything that still comes. */
  async rest(): Promise<string> {
    return this.#text + await restOf(this.conn);
  }

  [Symbol.dispose](): void {
    this.conn.close();
  }
}

/** What `led … --via` leaves behind. */
export const through = (server: Process, ...args: string[]): Promise<Outcome> =>
  runPinwire(["led", ...args, "--via", server.address]);

/** The `--json` events of a command that has ended. */
export const eventsOf = (stdout: string): LedEvent[] =>
  stdout.trim().split("\n").map((line) => JSON.parse(line));
