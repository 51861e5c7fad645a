import { fail } from "@std/assert";
import { LOOPBACK } from "./connection.ts";
import { has, isRoot } from "./machine.ts";
import { Process, run } from "./process.ts";

/** Debian has it where not every user's PATH leads. */
const PROGRAM = has("mosquitto") ? "mosquitto" : "/usr/sbin/mosquitto";

/** Why there is no broker to test with. */
export const whyNoMosquitto = (has("mosquitto") || existsSync(PROGRAM)) && has("mosquitto_sub")
  ? undefined
  : "needs mosquitto and mosquitto-clients";

/** A test with a real broker, skipped where there is none. */
export function brokerTest(name: string, fn: () => Promise<void>): void {
  const why = whyNoMosquitto;
  Deno.test({ name: why ? `${name} (${why})` : name, ignore: why !== undefined, fn });
}

/** How a {@linkcode Mosquitto} is set up. */
export interface MosquittoOptions {
  /** Lines of its configuration, behind that of its listener; anybody may come in without any. */
  lines?: string[];
  /** Name and password of those who watch and publish here. */
  user?: [name: string, password: string];
}

/** A real broker on loopback, and who watches and publishes there as a person would. */
export class Mosquitto implements AsyncDisposable {
  readonly port: number;
  #process: Process;
  #folder: string;
  #options: MosquittoOptions;

  private constructor(process: Process, port: number, folder: string, options: MosquittoOptions) {
    this.#process = process;
    this.port = port;
    this.#folder = folder;
    this.#options = options;
  }

  static async start(options: MosquittoOptions = {}): Promise<Mosquitto> {
    const folder = await Deno.makeTempDir({ prefix: "pinwire-" });
    for (;;) {
      // It doesn't tell which port it took, so it is given one; that may be taken.
      const port = 20_000 + Math.floor(Math.random() * 12_000);
      const process = await begin(folder, port, options);
      if (process) return new Mosquitto(process, port, folder, options);
    }
  }

  get address(): string {
    return `${LOOPBACK}:${this.port}`;
  }

  get url(): string {
    return `mqtt://${this.address}`;
  }

  /** What it has logged. */
  get log(): string {
    return this.#process.stderr;
  }

  /** Ends it, and what it was told to keep is gone. */
  async stop(): Promise<void> {
    await this.#process.stop();
    await this.#process[Symbol.asyncDispose]();
  }

  /** Starts it again, at the same port. */
  async startAgain(): Promise<void> {
    this.#process = await begin(this.#folder, this.port, this.#options) ??
      fail(`port ${this.port} was taken`);
  }

  async publish(topic: string, payload: string, ...options: string[]): Promise<void> {
    const args = [...this.#args(), "-q", "1", "-t", topic, "-m", payload, ...options];
    const { code, stderr } = await run("mosquitto_pub", args);
    if (code !== 0) fail(`mosquitto_pub: ${stderr}`);
  }

  /** Publishes each line, as fast as the broker takes them. */
  async flood(topic: string, lines: string): Promise<void> {
    const { code, stderr } = await run("mosquitto_pub", [...this.#args(), "-q", "1", "-t", topic, "-l"], {
      stdin: lines,
    });
    if (code !== 0) fail(`mosquitto_pub: ${stderr}`);
  }

  /** Prints all that is published under these topics, from now on and what was kept: `1 topic payload`, 1 where it was. */
  async watch(...topics: string[]): Promise<Watch> {
    await this.publish("test/ready", "yes", "-r");
    const filters = ["test/ready", ...topics].flatMap((topic) => ["-t", topic]);
    const watch = new Watch("mosquitto_sub", [...this.#args(), "-q", "1", ...filters, "-F", "%r %t %p"]);
    await watch.sees(/^1 test\/ready yes$/m);
    return watch;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }

  #args(): string[] {
    const { user } = this.#options;
    return ["-h", LOOPBACK, "-p", String(this.port), ...user ? ["-u", user[0], "-P", user[1]] : []];
  }
}

/** What a subscriber prints. */
export class Watch extends Process {
  /** What was said since the last call, up to this: topics and payloads. */
  async upTo(last: string): Promise<string[]> {
    const said: string[] = [];
    while (said.at(-1) !== last) {
      const line = await this.line();
      if (!line.includes(" test/ready ")) said.push(line.slice(2));
    }
    return said;
  }
}

/** Starts a broker, and waits until it is there; nothing if its port is taken. */
async function begin(folder: string, port: number, { lines }: MosquittoOptions) {
  const config = [
    `listener ${port} ${LOOPBACK}`,
    ...lines?.map((line) => line.replaceAll("FOLDER", folder)) ?? ["allow_anonymous true"],
    // Else it drops what comes faster than somebody reads.
    "max_queued_messages 100000",
    // Else it becomes another user, who may not read the folder.
    ...isRoot ? ["user root"] : [],
  ];
  await Deno.writeTextFile(`${folder}/mosquitto.conf`, config.join("\n") + "\n");
  const process = new Process(PROGRAM, ["-v", "-c", `${folder}/mosquitto.conf`]);
  const [, isTaken] = await process.sees(/ running$|(Address already in use)/m, "stderr");
  if (!isTaken) return process;
  await process[Symbol.asyncDispose]();
  return undefined;
}

function existsSync(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
