/** A way through a relay: `up` is towards the target. */
export type Direction = "up" | "down";

/** Both ways through a relay. */
export const DIRECTIONS: readonly Direction[] = ["up", "down"];

/** How long each read is held up, in ms: from `ms - jitter` to `ms + jitter`. */
export interface Delay {
  ms: number;
  jitter: number;
}

/** What is done to all that goes one way. What isn't given isn't done. */
export interface Disturbance {
  delay?: Delay;
  /** Bytes a second. */
  rate?: number;
  /** Bytes that a write has at most. */
  chunk?: number;
  /** Ms within which reads become one write. */
  glue?: number;
  /** Bytes after which both connections are closed. */
  cut?: number;
  /** Bytes after which both are reset. */
  reset?: number;
  /** Bytes after which nothing passes any more, and nothing is closed. */
  stall?: number;
  /** How likely a datagram is lost, comes twice, or behind the one after it: from 0 to 1. */
  loss?: number;
  duplicate?: number;
  reorder?: number;
}

/** Whether chance has a part in it, so that a seed repeats it. */
export const isRandom = ({ delay, loss, duplicate, reorder }: Disturbance): boolean =>
  Boolean(delay?.jitter || loss || duplicate || reorder);
