import type { Reporter } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import {
  type Clock,
  type Connection,
  type DrainableConnection,
  hasGone,
  type Listener,
  reasonOf,
  withIdleTimeout,
  withTimeout,
  wrapConnection,
} from "../net/mod.ts";
import type { AdmissionControl, PendingClient } from "./admission.ts";

/** How a server treats its connections. */
export interface ServeOptions {
  reporter: Reporter;
  clock: Clock;
  /** Aborted to stop: see {@linkcode serveConnections}. */
  signal: AbortSignal;
  /** Connections at a time; the next one is closed. */
  maxClients: number;
  /** Where connections wait that have proven nothing yet; then those that are admitted count as connections. */
  admission?: AdmissionControl;
  /** Closes a connection on which nothing moved for so many ms; 0 is never. */
  idleTimeout: number;
  /**
   * Serves one connection until its stream ends, then returns. It is closed afterwards.
   *
   * @throws what went wrong; it is reported, and concerns no other connection
   */
  handle(connection: Connection, pending: PendingClient | undefined, owe: Owe): Promise<void>;
  /** Counts the connections when several threads, or listeners, share `maxClients`. */
  counter?: ClientCounter;
}

/** Answers that are kept back for a while: a server that stops gives them time too. */
export interface Owed {
  /** Done when all that were made by now are out, or dropped. */
  settled(): Promise<void>;
  /** Their time is up. */
  drop(): void;
}

/** Is told, by whoever keeps answers of a connection back, of them. */
export type Owe = (owed: Owed) => void;

/** How many clients there are, over all threads of a server. */
export interface ClientCounter {
  /** Takes a place if there are fewer than `max`. */
  enter(max: number): boolean;
  leave(): void;
}

/** What is under way when a server stops has this long, in ms. */
export const DRAIN_TIME = 2_000;
/** A pause in ms after the system refused a connection, so that full tables (EMFILE) don't spin. */
const ACCEPT_RETRY = 50;

/**
 * Accepts and serves connections until `signal` is aborted. Then it accepts no more, closes the connections
 * with nothing under way, gives the rest 2 s, and returns once all are closed.
 */
export async function serveConnections(listener: Listener, options: ServeOptions): Promise<void> {
  const { signal, reporter, maxClients } = options;
  const counter = options.counter ?? countClients();
  // Those that have proven nothing yet, or are being turned away, come on top.
  const most = maxClients + (options.admission?.pool ?? 0);
  const open = new Set<DrainableConnection>();
  const owing = new Map<DrainableConnection, Owed>();
  let onEmpty: (() => void) | undefined;
  const stopping = Promise.withResolvers<void>();
  const stop = () => {
    listener.close();
    stopping.resolve();
  };
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  let refusing = false;
  try {
    for (;;) {
      const connection = await acceptNext(listener, reporter, stopping.promise, options.clock);
      if (!connection) break;
      if (!counter.enter(most)) {
        const { name } = connection.peer;
        const why = tooManyClients(name, most);
        connection.close(why);
        // A crowd at the door is told of once.
        if (!refusing) reporter.error(why, name);
        refusing = true;
        continue;
      }
      refusing = false;
      open.add(connection);
      const owe: Owe = (owed) => void owing.set(connection, owed);
      void serveOne(connection, options, owe).then(() => {
        counter.leave();
        owing.delete(connection);
        open.delete(connection);
        if (!open.size) onEmpty?.();
      });
    }
  } finally {
    signal.removeEventListener("abort", stop);
    listener.close();
  }
  for (const connection of open) {
    const owed = owing.get(connection);
    if (owed) void owed.settled().then(() => connection.closeWhenIdle());
    else connection.closeWhenIdle();
  }
  if (!open.size) return;
  const emptied = new Promise<void>((resolve) => onEmpty = resolve);
  if (await withTimeout(DRAIN_TIME, emptied, options.clock)) return;
  for (const connection of open) {
    owing.get(connection)?.drop();
    connection.close();
  }
  await emptied;
}

const tooManyClients = (peer: string, max: number) =>
  new PinwireError("too_many_clients", `refused ${peer}, ${max} at a time is the limit`, {
    hint: "raise --max-clients",
  });

/**
 * Waits for the next connection, or until the listener is closed: then it gives nothing. What keeps one from coming in
 * is reported, and the next one waited for.
 *
 * @param stopping cuts short the pause in which a full table of files may empty
 */
export async function acceptNext(
  listener: Listener,
  reporter: Reporter,
  stopping: Promise<void>,
  clock: Clock,
): Promise<DrainableConnection | undefined> {
  let isTold = false;
  for (;;) {
    try {
      return await listener.accept();
    } catch (error) {
      // A failed handshake concerns that client alone.
      if (error instanceof PinwireError) {
        reporter.error(error);
        continue;
      }
      const isFull = error instanceof Error && "code" in error &&
        (error.code === "EMFILE" || error.code === "ENFILE");
      // It comes again and again until a file is free.
      if (!isFull || !isTold) reporter.error(isFull ? tooManyFiles(error) : error);
      isTold ||= isFull;
      await withTimeout(ACCEPT_RETRY, stopping, clock);
    }
  }
}

const tooManyFiles = (cause: unknown) =>
  new PinwireError("too_many_files", "a connection had to wait, too many files are open", {
    hint: "raise the limit with ulimit -n, or lower --max-clients",
    cause,
  });

// All in one: each function that waits takes some 500 bytes of an idle connection.
async function serveOne(
  connection: DrainableConnection,
  { reporter, clock, idleTimeout, signal, admission, handle }: ServeOptions,
  owe: Owe,
): Promise<void> {
  const { name: peer } = connection.peer;
  const limited = idleTimeout ? withIdleTimeout(connection, idleTimeout, clock) : connection;
  reporter.report({ event: "connected", peer });
  const pending = admission?.enter(limited);
  const served = pending ? leaving(limited, pending) : limited;
  let reason = "end of stream";
  try {
    await handle(served, pending, owe);
  } catch (error) {
    // That a peer has gone, or was idle, is said by "disconnected"; anything else is an error of its own.
    if (!hasGone(error) && !isIdle(error)) reporter.error(error, peer);
    reason = reasonOf(error);
  }
  served.close();
  reporter.report({ event: "disconnected", peer, reason: signal.aborted ? "server stopped" : reason });
}

/** The same connection, whose place is free once it is closed, whatever its session still has to end. */
function leaving(connection: Connection, { left }: { left(): void }): Connection {
  return wrapConnection(connection, {
    close(reason) {
      left();
      connection.close(reason);
    },
    reset() {
      left();
      return connection.reset();
    },
  });
}

const isIdle = (error: unknown) => error instanceof PinwireError && error.code === "idle_timeout";

/** Counts the clients of a server that has one thread. */
export function countClients(): ClientCounter {
  let count = 0;
  return {
    enter: (max) => count < max && ++count > 0,
    leave: () => void count--,
  };
}
