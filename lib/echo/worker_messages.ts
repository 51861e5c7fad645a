import type { InternetAddress } from "../net/mod.ts";
import type { CommonOptions, Event } from "../net/mod.ts";

/** What a worker of an echo server begins with. */
export interface WorkerStart {
  address: InternetAddress;
  options: CommonOptions & WorkerOptions;
  /** Whether messages are to be told of. */
  wantsMessages: boolean;
  /** One 32-bit cell: the clients of all workers together. */
  clients: SharedArrayBuffer;
}

/** The options that concern each connection. */
export interface WorkerOptions {
  reply: string;
  once: boolean;
  until?: string;
  maxClients: number;
  idleTimeout: number;
}

/** What the main thread says to a worker. */
export type ToWorker = { start: WorkerStart } | "stop";

/** What a worker says: it listens, an event, that the last message has passed, that all is closed, or why not. */
export type FromWorker =
  | "listening"
  | { event: Event }
  | "over"
  | "closed"
  | { failed: string };
