import { Child } from "./child.ts";
import { ROOT } from "./peers.ts";
import { median, show } from "./report.ts";
import type { Stage } from "./soak_stage.ts";

const MEMBERS = 1000;
const COMERS = 50;
/** Milliseconds between numbered lines: fewer than the 20 lines a second that a member may say. */
const BEAT = 75;
const TOLD = "teller: line ";
/** 200 of these may be said at once; they are less than what is kept for a slow reader. */
const FLOOD = `${"flood ".repeat(150)}\n`;
/** Milliseconds until memory must have settled, and a flooder must have been sent away. */
const MINUTE = 60_000;
/** Milliseconds that the last line may take. */
const LAST_LINE = 30_000;
/** MiB between the first minute and the end: what garbage collection leaves undecided. */
const GROWTH = 16;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * A room of a thousand, and with them one that is stopped, one that floods, one that says half lines and fifty that
 * come and go: everybody must get every numbered line once and in order, and the server's memory must be flat.
 */
export async function badCompany({ port, duration, memory, say }: Stage): Promise<void> {
  await using room = new Company(port);
  await room.gather();
  const program = ["run", "--allow-net", "--allow-run", "bench/peers/stopped.ts"];
  await using stopped = new Child([Deno.execPath(), ...program, `${port}`], { cwd: ROOT });

  const start = performance.now();
  const samples: { at: number; mebibytes: number }[] = [];
  room.keep(async () => {
    for (; !room.isOver; await pause(Math.min(1000, duration / 100))) {
      samples.push({ at: performance.now() - start, mebibytes: await memory() });
    }
  });
  room.beBad();
  const lines = await room.tell(duration);
  await room.everybodyHas(lines);

  say(`${lines} lines came to ${MEMBERS} members in order, the slowest after ${room.slowest.toFixed(0)} ms`);
  say(`the flooder was sent away ${room.drops} times; ${room.visits} visits of those that come and go`);
  say(`the stopped member ${room.isAlone ? "was sent away" : "is still waited for"}`);
  const around = (from: number, to: number) =>
    median(samples.filter(({ at }) => at >= from && at <= to).map(({ mebibytes }) => mebibytes));
  const part = duration / 10;
  const first = around(MINUTE, MINUTE + part), last = around(duration - part, duration);
  const most = Math.max(...samples.map(({ mebibytes }) => mebibytes));
  const [early, late, peak] = [first, last, most].map((mebibytes) => show(mebibytes));
  say(`memory ${early} MiB after a minute, ${late} at the end, ${peak} at most`);

  const status = await Deno.readTextFile(`/proc/${stopped.pid}/status`);
  if (!/^State:\s+T/m.test(status)) throw new Error("the member that was to be stopped is not");
  if (duration < 2 * MINUTE) return;
  if (last - first > GROWTH) throw new Error(`memory grew from ${early} to ${late} MiB`);
  if (!room.drops) throw new Error("the flooder was never sent away");
}

/** What a member has heard of the numbered lines. */
interface Ear {
  readonly name: string;
  /** The number of the last one; `undefined` for a member that came later and has heard none yet. */
  last?: number;
}

/** All members but the stopped one: what they say, and what they hear. */
class Company implements AsyncDisposable {
  isOver = false;
  slowest = 0;
  drops = 0;
  visits = 0;
  /** Whether there was no member called stopped at the end. */
  isAlone = false;
  #port: number;
  #ears: Ear[] = [];
  #saidAt: number[] = [];
  #open = new Set<Deno.TcpConn>();
  #tasks: Promise<void>[] = [];
  #failure?: Error;

  constructor(port: number) {
    this.#port = port;
  }

  async gather(): Promise<void> {
    while (this.#ears.length < MEMBERS) {
      const ear = { name: `member ${this.#ears.length + 1}`, last: 0 };
      this.#ears.push(ear);
      const connection = await this.#enter();
      this.keep(async () => {
        await this.#listen(connection, ear);
        throw new Error(`${ear.name} was cut off`);
      });
    }
  }

  /** Runs a task that goes on until all is over; if it fails, the scene fails. */
  keep(task: () => Promise<void>): void {
    this.#tasks.push(
      task().catch((error) => {
        if (!this.isOver) this.#failure ??= error;
      }),
    );
  }

  beBad(): void {
    this.keep(() => this.#flood());
    this.keep(() => this.#sayHalfLines());
    for (let i = 0; i < COMERS; i++) this.keep(() => this.#comeAndGo());
  }

  /** Says numbered lines for `ms` milliseconds, and gives how many they were. */
  async tell(ms: number): Promise<number> {
    const teller = await this.#enter();
    this.keep(() => this.#listen(teller, { name: "teller", last: 0 }));
    await send(teller, "/nick teller\n");
    for (const ends = performance.now() + ms; performance.now() < ends; await pause(BEAT)) {
      this.#check();
      this.#saidAt.push(performance.now());
      await send(teller, `line ${this.#saidAt.length}\n`);
    }
    await send(teller, "/msg stopped are you there\n");
    return this.#saidAt.length;
  }

  async everybodyHas(lines: number): Promise<void> {
    let behind = this.#ears;
    for (
      const ends = performance.now() + LAST_LINE;
      behind.length && performance.now() < ends;
      await pause(50)
    ) {
      this.#check();
      behind = behind.filter(({ last }) => last !== lines);
    }
    if (!behind.length) return;
    const [{ name, last }] = behind;
    throw new Error(`${behind.length} members lack the last lines: ${name} has ${last} of ${lines}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isOver = true;
    for (const connection of this.#open) this.#leave(connection);
    await Promise.all(this.#tasks);
  }

  #check() {
    if (this.#failure) throw this.#failure;
  }

  async #enter(): Promise<Deno.TcpConn> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: this.#port });
    this.#open.add(connection);
    return connection;
  }

  #leave(connection: Deno.TcpConn) {
    if (this.#open.delete(connection)) connection.close();
  }

  /** Reads until the connection ends, from either side. */
  async #listen(connection: Deno.TcpConn, ear: Ear): Promise<void> {
    const buffer = new Uint8Array(16_384), decoder = new TextDecoder();
    let rest = "";
    try {
      for (let count; (count = await connection.read(buffer)) !== null;) {
        const lines = (rest + decoder.decode(buffer.subarray(0, count))).split("\n");
        rest = lines.pop()!;
        for (const line of lines) this.#hear(ear, line);
      }
    } catch (error) {
      if (this.#open.has(connection) && !isHangUp(error)) throw error;
    }
  }

  #hear(ear: Ear, line: string) {
    if (line.startsWith("* nobody")) this.isAlone = true;
    if (line.startsWith("* you missed")) throw new Error(`${ear.name} is told: ${line}`);
    if (!line.startsWith(TOLD)) return;
    const number = Number(line.slice(TOLD.length));
    if (number !== (ear.last ?? number - 1) + 1) {
      throw new Error(`${ear.name} got line ${number} after line ${ear.last}`);
    }
    // A member that came later has this line from the history.
    if (ear.last !== undefined) {
      this.slowest = Math.max(this.slowest, performance.now() - this.#saidAt[number - 1]);
    }
    ear.last = number;
  }

  async #comeAndGo() {
    for (; !this.isOver; this.visits++) {
      const connection = await this.#enter();
      const listening = this.#listen(connection, { name: "one that comes and goes" });
      listening.catch(() => {});
      if (Math.random() < 0.5) await send(connection, "here I am\n");
      await pause(Math.random() * 1000);
      this.#leave(connection);
      await listening;
    }
  }

  async #sayHalfLines() {
    const connection = await this.#enter();
    this.keep(() => this.#listen(connection, { name: "the one with half lines" }));
    for (let i = 0; !this.isOver; i++) {
      await send(connection, i % 2 ? "of a line\n" : "half ");
      await pause(300);
    }
  }

  async #flood() {
    while (!this.isOver) {
      const connection = await this.#enter();
      const listening = this.#listen(connection, { name: "the flooder" });
      listening.catch(() => {});
      try {
        while (!this.isOver) await send(connection, FLOOD);
      } catch (error) {
        if (this.isOver) return;
        if (!isHangUp(error)) throw error;
        this.drops++;
      }
      this.#leave(connection);
      await listening;
    }
  }
}

function isHangUp(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe;
}

async function send(connection: Deno.TcpConn, text: string) {
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}
