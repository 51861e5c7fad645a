import { PinwireError, usageError } from "../errors.ts";
import type { CommonOptions, Context, Event, Reporter } from "../app/mod.ts";
import { type Address, formatAddress, type InternetAddress, listen, parseAddress } from "../net/mod.ts";
import type { ServerOptions } from "../session/mod.ts";
import type { FromWorker, ToWorker, WorkerOptions, WorkerStart } from "./worker_messages.ts";

/** Whether this is a part of what .github/bundle.ts makes, which stands beside the folder of the worker's. */
const isBundled = import.meta.url.endsWith(".js");

/**
 * Serves TCP with several threads, each with an event loop and a listener of its own on the same port, among
 * which the kernel spreads the connections (SO_REUSEPORT, socket(7)). Limits, events and the end count for
 * the server as a whole.
 *
 * @throws {PinwireError} `usage` where that can't be; why it can't listen
 */
export async function serveWithWorkers(
  address: Address,
  options: CommonOptions & ServerOptions & WorkerOptions & { workers: number },
  context: Context,
  opened: () => void,
): Promise<void> {
  if (address.scheme !== "tcp" || options.tlsCert || options.tlsKey) {
    throw usageError("--workers spreads plain TCP connections only", "leave it out, or use a tcp:// address");
  }
  if (Deno.build.os !== "linux") {
    throw usageError(
      "--workers needs Linux, whose kernel spreads connections over listeners",
      "leave it out",
    );
  }
  const script = new URL(isBundled ? "./lib/echo/worker.js" : "./worker.ts", import.meta.url);
  // Without it Deno writes two errors of its own to stderr, and then ours would come.
  if (Deno.permissions.querySync({ name: "read", path: script }).state !== "granted") {
    throw new PinwireError("permission_missing", "Deno may not start workers without read access", {
      hint: "run it with deno run --allow-read",
    });
  }
  // With SO_REUSEPORT the workers could join a stranger's port: a plain bind shows that it is free.
  const probe = await listen(address);
  const bound = parseAddress(probe.address, { schemes: ["tcp"] }) as InternetAddress;
  probe.close();

  const { reporter, stop } = context;
  const shared = new SharedArrayBuffer(8);
  const workers = Array.from({ length: options.workers }, () => new EchoWorker(script, context));
  const start = { address: bound, options, wantsMessages: reporter.wantsMessages, shared };
  for (const worker of workers) worker.start(start);
  try {
    await Promise.all(workers.map((worker) => worker.listening));
  } catch (error) {
    for (const worker of workers) worker.terminate();
    throw error;
  }
  opened();
  reporter.report({ event: "listening", address: formatAddress(bound), sockets: probe.sockets });
  for (const worker of workers) worker.release();
  const stopAll = () => {
    for (const worker of workers) worker.say("stop");
  };
  if (stop.signal.aborted) stopAll();
  stop.signal.addEventListener("abort", stopAll);
  await Promise.all(workers.map((worker) => worker.closed));
  stop.signal.removeEventListener("abort", stopAll);
}

class EchoWorker {
  #worker: Worker;
  #listening = Promise.withResolvers<void>();
  #closed = Promise.withResolvers<void>();
  #reporter: Reporter;
  /** Events of one who was faster than the ready line; undefined once that is out. */
  #early?: Event[] = [];
  #events = new SharedArrayBuffer(4);
  readonly listening = this.#listening.promise;
  readonly closed = this.#closed.promise;

  constructor(script: URL, { reporter, stop, until }: Context) {
    this.#reporter = reporter;
    this.#worker = new Worker(script, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data === "listening") this.#listening.resolve();
      else if (data === "over" || data === "passed") {
        until.hasPassed ||= data === "passed";
        stop.now();
      } else if (data === "closed") this.#closed.resolve();
      else if ("event" in data) this.#take(data.event);
      else this.#fail(data.failed);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message);
    };
    // Whoever waits gets the rejection.
    this.listening.catch(() => {});
    this.closed.catch(() => {});
  }

  start(start: Omit<WorkerStart, "events">): void {
    this.say({ start: { ...start, events: this.#events } });
  }

  /** Tells of what came before the ready line, and from now on at once. */
  release(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const event of early) this.#take(event);
  }

  #take(event: Event): void {
    if (this.#early) return void this.#early.push(event);
    this.#reporter.report(event);
    const drained = this.#reporter.drained();
    if (drained) drained.then(() => this.#acknowledge());
    else this.#acknowledge();
  }

  #acknowledge(): void {
    const events = new Int32Array(this.#events);
    Atomics.sub(events, 0, 1);
    Atomics.notify(events, 0);
  }

  say(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  terminate(): void {
    this.#worker.terminate();
  }

  #fail(message: string): void {
    const error = new PinwireError("worker_failed", `a worker has stopped (${message})`, {
      hint: "try without --workers",
    });
    this.#listening.reject(error);
    this.#closed.reject(error);
  }
}
