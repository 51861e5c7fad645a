/** Every process started here and not yet ended. */
const live = new Set<Child>();

/** Ends all that is still running: for `finally` and for Ctrl-C. */
export async function endAll(): Promise<void> {
  await Promise.all([...live].map((child) => child.end()));
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A process of ours: a server under test or the load generator.
 *
 * It leads a process group of its own, so that a server that forks (socat, ncat) ends with its children.
 */
export class Child implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #argv: string[];
  readonly #port = Promise.withResolvers<number>();
  readonly #stdout: Promise<string>;
  readonly #stderr: Promise<void>;
  #told = "";
  #isGone = false;

  /** @param options `stdin`: at its end (`null`), or open and silent (`piped`) */
  constructor(argv: string[], { cwd, stdin = "null" }: { cwd?: string; stdin?: "null" | "piped" } = {}) {
    this.#argv = argv;
    const options = {
      args: argv.slice(1),
      cwd,
      detached: true,
      stdin,
      stdout: "piped",
      stderr: "piped",
    } as const;
    this.#process = new Deno.Command(argv[0], options).spawn();
    live.add(this);
    this.#process.status.then(() => this.#isGone = true);
    this.#port.promise.catch(() => {});
    this.#stdout = new Response(this.#process.stdout).text();
    this.#stderr = this.#listen();
  }

  /** The process id, for what /proc tells. */
  get pid(): number {
    return this.#process.pid;
  }

  /** The port that a server's ready line names; rejects if it ends without one or takes over 15 s. */
  async announcedPort(): Promise<number> {
    const timer = setTimeout(() => this.#port.reject(this.#error("says no port")), 15_000);
    try {
      return await this.#port.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until a server that says nothing accepts connections on `port`. */
  async accepting(port: number): Promise<void> {
    for (const start = performance.now(); performance.now() - start < 15_000; await pause(20)) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port })).close();
        return;
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      }
    }
    throw this.#error("does not listen");
  }

  /** What the process printed until it ended by itself with 0, which it must within `seconds`. */
  async output(seconds: number): Promise<string> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#kill();
    }, seconds * 1000);
    try {
      const { success, code, signal } = await this.#process.status;
      await this.#stderr;
      if (!success) throw this.#error(isLate ? `took over ${seconds} s` : `ended with ${signal ?? code}`);
      return await this.#stdout;
    } finally {
      clearTimeout(timer);
      live.delete(this);
    }
  }

  /** Kills it with its children; done when it is gone. */
  async end(): Promise<void> {
    this.#kill();
    await this.#process.status;
    await Promise.all([this.#stdout, this.#stderr]);
    live.delete(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  // Once it is gone, its number may be another process's.
  #kill() {
    if (!this.#isGone) Deno.kill(-this.#process.pid, "SIGKILL");
  }

  #error(what: string): Error {
    return new Error(`${this.#argv.join(" ")}: ${what}${this.#told && `: ${this.#told.trim()}`}`);
  }

  // Read to the end, whatever comes: a full pipe would stop the server.
  async #listen() {
    for await (const text of this.#process.stderr.pipeThrough(new TextDecoderStream())) {
      this.#told = (this.#told + text).slice(-2000);
      const ready = this.#told.match(/listening on \S*:(\d+)\s/);
      if (ready) this.#port.resolve(Number(ready[1]));
    }
    this.#port.reject(this.#error("ended before it was ready"));
  }
}

/** A TCP port that was free just now, for servers that can't choose one themselves. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
