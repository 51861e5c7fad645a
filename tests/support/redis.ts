import { assertEquals, fail } from "@std/assert";
import { LOOPBACK } from "./connection.ts";
import { has } from "./machine.ts";
import { Process, run } from "./process.ts";

/** The stores that this machine has. */
const PROGRAMS = ["redis-server", "valkey-server"].filter(has);

/** Why there is no store to test with. */
export const whyNoStore = PROGRAMS.length && has("redis-cli")
  ? undefined
  : "needs redis-server and redis-cli";

/** A test with a real store, skipped where there is none. */
export function storeTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: whyNoStore ? `${name} (${whyNoStore})` : name, ignore: whyNoStore !== undefined, fn });
}

/** The same with each kind of store that there is: Redis and Valkey. */
export function everyStoreTest(name: string, fn: (program: string) => Promise<void>): void {
  if (whyNoStore) return storeTest(name, () => fn(""));
  for (const program of PROGRAMS) Deno.test(`${name} (${program})`, () => fn(program));
}

/** A real store on loopback, and who looks into it as a person would. */
export class Store implements AsyncDisposable {
  readonly port: number;
  #process: Process;
  #folder: string;
  #program: string;
  #options: string[];

  private constructor(process: Process, port: number, folder: string, program: string, options: string[]) {
    this.#process = process;
    this.port = port;
    this.#folder = folder;
    this.#program = program;
    this.#options = options;
  }

  /**
   * Starts one that has written to its disk whatever it has taken, with options such as `--requirepass secret`; FOLDER is its
   * own, NEXT the port behind its own.
   */
  static async start(options: string[] = [], program: string = PROGRAMS[0]): Promise<Store> {
    const folder = await Deno.makeTempDir({ prefix: "pinwire-" });
    for (;;) {
      // It doesn't tell which port it took, so it is given one; that may be taken.
      const port = 20_000 + Math.floor(Math.random() * 12_000);
      const words = options.map((option) =>
        option.replaceAll("FOLDER", folder).replace("NEXT", String(port + 1))
      );
      const process = await begin(program, folder, port, words);
      if (process) return new Store(process, port, folder, program, words);
    }
  }

  get address(): string {
    return `${LOOPBACK}:${this.port}`;
  }

  get url(): string {
    return `redis://${this.address}`;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** What `redis-cli` prints for a command. */
  async cli(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await run("redis-cli", ["-p", String(this.port), ...words]);
    assertEquals(code, 0, stderr);
    return stdout.trimEnd();
  }

  /** The texts of a room's lines, and the numbers that they have. */
  async lines(room = "lobby"): Promise<{ numbers: number[]; texts: string[] }> {
    const printed = await this.cli("--json", "XRANGE", `pinwire:room:${room}`, "-", "+");
    const entries = JSON.parse(printed) as [string, string[] | Record<string, string>][];
    return {
      numbers: entries.map(([id]) => Number(id.split("-")[1])),
      texts: entries.map(([, fields]) =>
        Array.isArray(fields) ? fields[fields.indexOf("text") + 1] : fields.text
      ),
    };
  }

  signal(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Ends it without a word; what it has written stays. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.outcome();
    await this.#process[Symbol.asyncDispose]();
  }

  /** Starts it again, at the same port, with what it has written. */
  async startAgain(): Promise<void> {
    this.#process = await begin(this.#program, this.#folder, this.port, this.#options) ??
      fail(`port ${this.port} was taken`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGCONT");
    await this.#process[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Starts a store, and waits until it is there; nothing if its port is taken. */
async function begin(program: string, folder: string, port: number, options: string[]) {
  const process = new Process(program, [
    ...["--port", String(port), "--bind", LOOPBACK, "--dir", folder, "--save", ""],
    ...["--appendonly", "yes", "--appendfsync", "always", ...options],
  ]);
  const [, isTaken] = await process.sees(/Ready to accept connections|(Address already in use)/);
  if (!isTaken) return process;
  await process[Symbol.asyncDispose]();
  return undefined;
}
