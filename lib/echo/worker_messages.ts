import type { InternetAddress } from "../net/mod.ts";
import type { CommonOptions, Event } from "../app/mod.ts";

/** What a worker of an echo server begins with. */
export interface WorkerStart {
  address: InternetAddress;
  options: CommonOptions & WorkerOptions;
  /** Whether messages are to be told of. */
  wantsMessages: boolean;
  /** Cells of 32 bits that all workers share, by the names below. */
  shared: SharedArrayBuffer;
  /** One cell of this worker's: the events that are on their way to the main thread. */
  events: SharedArrayBuffer;
}

/** Cell of `shared`: the clients of all workers together. */
export const CLIENTS = 0;
/** Cell of `shared`: whether the one message of `--once` was taken. */
export const TAKEN = 1;

/** The options that concern each connection. */
export interface WorkerOptions {
  reply: string;
  replyDelay: number;
  closeAfter?: number;
  once: boolean;
  until?: string;
  maxClients: number;
  idleTimeout: number;
}

/** What the main thread says to a worker. */
export type ToWorker = { start: WorkerStart } | "stop";

/**
 * What a worker says: it listens, an event, that the last message is through or the word of `--until` has passed, that
 * all is closed, or why not.
 */
export type FromWorker =
  | "listening"
  | { event: Event }
  | "over"
  | "passed"
  | "closed"
  | { failed: string };
