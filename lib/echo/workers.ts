import { PinwireError, usageError } from "../errors.ts";
import {
  type Address,
  type CommonOptions,
  type Context,
  formatAddress,
  listen,
  parseAddress,
  type ServerOptions,
} from "../net/mod.ts";
import type { FromWorker, ToWorker, WorkerOptions } from "./worker_messages.ts";

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
  const script = new URL("./worker.ts", import.meta.url);
  // Without it Deno writes two errors of its own to stderr, and then ours would come.
  if (Deno.permissions.querySync({ name: "read", path: script }).state !== "granted") {
    throw new PinwireError("permission_missing", "Deno may not start workers without read access", {
      hint: "run it with deno run --allow-read",
    });
  }
  // With SO_REUSEPORT the workers could join a stranger's port: a plain bind shows that it is free.
  const probe = await listen(address);
  const bound = parseAddress(probe.address, { schemes: ["tcp"] });
  probe.close();
  if (bound.scheme === "unix") throw new TypeError("a TCP listener has a port");

  const { reporter, stop } = context;
  const clients = new SharedArrayBuffer(4);
  const workers = Array.from({ length: options.workers }, () => new EchoWorker(script, context));
  const start = { address: bound, options, wantsMessages: reporter.wantsMessages, clients };
  for (const worker of workers) worker.say({ start });
  try {
    await Promise.all(workers.map((worker) => worker.listening));
  } catch (error) {
    for (const worker of workers) worker.terminate();
    throw error;
  }
  opened();
  reporter.report({ event: "listening", address: formatAddress(bound) });
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
  readonly listening = this.#listening.promise;
  readonly closed = this.#closed.promise;

  constructor(script: URL, { reporter, stop }: Context) {
    this.#worker = new Worker(script, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data === "listening") this.#listening.resolve();
      else if (data === "over") stop.now();
      else if (data === "closed") this.#closed.resolve();
      else if ("event" in data) reporter.report(data.event);
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
