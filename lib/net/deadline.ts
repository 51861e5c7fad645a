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

/** Done when `ms` milliseconds have passed. */
export function sleep(ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}

/** Waits `ms` milliseconds, or until `signal` is aborted. */
export async function pause(ms: number, signal: AbortSignal, clock: Clock): Promise<void> {
  if (!ms || signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  signal.addEventListener("abort", onAbort);
  await withTimeout(ms, promise, clock);
  // A link that is lost ten thousand times would leave as many listeners.
  signal.removeEventListener("abort", onAbort);
}
