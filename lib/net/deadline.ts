import type { Clock } from "./clock.ts";

/** Waits for `promise`, at most `ms` milliseconds: true if it was fulfilled in time. Its rejection in time is thrown. */
export async function withTimeout(
  ms: number,
  promise: Promise<unknown>,
  clock: Clock,
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<typeof LATE>();
  const timer = clock.after(ms, () => resolve(LATE));
  try {
    return await race([promise, late]) !== LATE;
  } finally {
    timer.cancel();
  }
}

/** What no promise of others is fulfilled with. */
const LATE = Symbol("late");

/**
 * What the first of these to be settled comes to, as of `Promise.race`. That leaves a reaction of some 400 bytes at each
 * promise that is still pending, until it is settled: a race a second against a promise that lives for days fills the
 * memory. This one leaves nothing.
 *
 * @throws what the first to be settled is rejected with
 */
export async function race<T>(promises: Promise<T>[]): Promise<T> {
  const { promise: first, resolve, reject } = Promise.withResolvers<T>();
  const racer = { resolve, reject } as Racer;
  const joined = promises.map(racersAt);
  for (const racers of joined) racers.add(racer);
  try {
    return await first;
  } finally {
    for (const racers of joined) racers.delete(racer);
  }
}

type Racer = Pick<PromiseWithResolvers<unknown>, "resolve" | "reject">;

/** Who waits for a promise, which itself has one reaction for all of them. */
const waiting = new WeakMap<Promise<unknown>, Set<Racer>>();

function racersAt(promise: Promise<unknown>): Set<Racer> {
  const known = waiting.get(promise);
  if (known) return known;
  const racers = new Set<Racer>();
  waiting.set(promise, racers);
  const over = (tell: (racer: Racer) => void) => {
    waiting.delete(promise);
    racers.forEach(tell);
  };
  promise.then(
    (value) => over(({ resolve }) => resolve(value)),
    (error) => over(({ reject }) => reject(error)),
  );
  return racers;
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
