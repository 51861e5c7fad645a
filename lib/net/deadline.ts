import type { Clock } from "./clock.ts";

/** Waits for `promise`, at most `ms` milliseconds: true if it was fulfilled in time. Its rejection in time is thrown. */
export async function withTimeout(
  ms: number,
  promise: Promise<unknown>,
  clock: Clock,
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = clock.after(ms, () => resolve(false));
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    timer.cancel();
  }
}
