import type { PullClock } from "../framing/mod.ts";
import { systemClock } from "./context.ts";

/**
 * The clock for `text`, whose pause ends a message of a peer that sends no newline. Once the peer has shown that
 * it ends its lines there is no such pause: half a line, held up on its way, is never taken for a whole one.
 */
export function clockOfLines(hasLines: () => boolean): PullClock {
  const never = { promise: new Promise<void>(() => {}), cancel() {} };
  return { now: systemClock.now, sleep: (ms) => hasLines() ? never : systemClock.sleep(ms) };
}
