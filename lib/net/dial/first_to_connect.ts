import type { Clock, Timer } from "../clock.ts";

/** Ms until the next address is tried while the one before has not answered (RFC 8305, section 5). */
const ATTEMPT_DELAY = 250;

/** Why no address could be connected to, by the order of the addresses. */
export class AllFailed extends Error {
  readonly failures: readonly unknown[];

  constructor(failures: readonly unknown[]) {
    super("no address answers");
    this.failures = failures;
  }
}

/**
 * Connects to several addresses of one host in turn, the next as soon as the one before has failed, or has not answered
 * for 250 ms, and gives the first connection that stands; what comes later is closed.
 *
 * @param connect must end soon once its signal is aborted
 * @throws {AllFailed}
 */
export function firstToConnect<A, T extends { close(): void }>(
  addresses: readonly A[],
  connect: (address: A, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  clock: Clock,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const failures: unknown[] = [];
  const decided = new AbortController();
  const either = AbortSignal.any([signal, decided.signal]);
  let next = 0;
  let failed = 0;
  let timer: Timer | undefined;

  function start(): void {
    timer?.cancel();
    const index = next++;
    if (next < addresses.length) timer = clock.after(ATTEMPT_DELAY, start);
    connect(addresses[index], either).then(onConnected, (error) => onFailed(index, error));
  }

  function onConnected(conn: T): void {
    if (decided.signal.aborted) return conn.close();
    timer?.cancel();
    resolve(conn);
    decided.abort();
  }

  function onFailed(index: number, error: unknown): void {
    if (decided.signal.aborted) return;
    failures[index] = error;
    failed++;
    if (next < addresses.length) start();
    else if (failed === addresses.length) reject(new AllFailed(failures));
  }

  start();
  return promise;
}

/** The same addresses, one family in turn with the other, beginning with the first's (RFC 8305, section 4). */
export function interleaved<A>(addresses: readonly A[], isIpv6: (address: A) => boolean): A[] {
  const [six, four] = [addresses.filter(isIpv6), addresses.filter((address) => !isIpv6(address))];
  return Array.from(
    { length: Math.max(six.length, four.length) },
    (_, i) => [...six.slice(i, i + 1), ...four.slice(i, i + 1)],
  ).flat();
}
