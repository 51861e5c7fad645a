import type { Context } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";

/** What a store answers. */
export type Reply = string | number | null | Reply[];

/** One connection to a store. */
export interface StoreClient {
  /** Says a command; rejects with what the store refuses, or with `store_lost`: then nobody knows whether it was done. */
  call(...words: (string | number)[]): Promise<Reply>;
  /** Fulfilled when the connection is gone. */
  readonly gone: Promise<void>;
  close(): void;
}

/** The connections to a store, one for commands that are answered at once, one for a command that waits. */
export interface StoreLink {
  readonly commands: StoreClient;
  readonly waiting: StoreClient;
}

/**
 * Keeps a link up until the context stops, and hands each to `serve`, which is over when that is lost, and says when the
 * store turns out to be one that we can use. Rejects with why there is none the first time.
 */
export type KeepStore = (
  serve: (link: StoreLink, isIn: () => void) => Promise<void>,
  context: Context,
) => Promise<void>;

/** Whether a call failed since the link was lost: what was asked for may have been done. */
export const isLost = (error: unknown): boolean =>
  error instanceof PinwireError && error.code === "store_lost";
