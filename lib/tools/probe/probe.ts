import { type Context, dialOptions, type DialSettings, type ProbeEvent } from "../../app/mod.ts";
import {
  type Address,
  type DialOptions,
  formatAddress,
  isTls,
  isWeb,
  pause,
  type Scheme,
  withDeadline,
} from "../../net/mod.ts";
import { attempt, type Finding, prepareTls } from "./attempt.ts";
import { openResolver } from "./resolver.ts";
import { Semaphore } from "./semaphore.ts";

/** Attempts under way at a time. */
const MOST_ATTEMPTS = 64;
/** Ms between two attempts at an address. */
const INTERVAL = 200;
/** What a shell says of a program that Ctrl-C has ended. */
const INTERRUPTED = 130;

/** What `probe` is told. */
export interface ProbeOptions extends Omit<DialSettings, "retry"> {
  /** Ms for one attempt; 0 is as long as the system takes. */
  connectTimeout: number;
  /** Ms in which it tries again, until all are open; without it there is one attempt at each. */
  wait?: number;
}

/**
 * Reports for each address whether it is open, in the order given, each as soon as it and those before it are known.
 *
 * @returns the exit code: 0 if all are open, 1 if not, 130 if it was stopped before that was known
 */
export async function probe(
  addresses: readonly Address[],
  options: ProbeOptions,
  { reporter, clock, stop: { signal } }: Pick<Context, "reporter" | "clock" | "stop">,
): Promise<number> {
  const { connectTimeout, wait } = options;
  const dialling = await diallingOf(addresses, options);
  const resolve = openResolver();
  const slots = new Semaphore(MOST_ATTEMPTS);
  const deadline = wait ? clock.now() + wait : Infinity;
  const timeout = () => {
    const least = Math.min(connectTimeout || Infinity, Math.max(deadline - clock.now(), INTERVAL));
    return least === Infinity ? 0 : least;
  };
  await prepare(addresses, resolve, withDeadline(signal, timeout()));

  async function settle(address: Address): Promise<Finding> {
    for (;;) {
      const options = dialling.get(address.scheme);
      const finding = await slots.run(() =>
        attempt(address, { ...options, timeout: timeout(), signal, resolve }, clock)
      );
      const left = deadline - clock.now();
      if (signal.aborted || isOpen(finding) || !wait || left <= 0) return finding;
      await pause(Math.min(INTERVAL, left), signal, clock);
    }
  }

  const known: ProbeEvent[] = [];
  let told = 0;
  try {
    await Promise.all(addresses.map(async (address, index) => {
      const finding = await settle(address);
      known[index] = { event: "probe", address: formatAddress(address), ...finding };
      if (signal.aborted) return;
      for (; known[told]; told++) reporter.report(known[told]);
    }));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (signal.aborted) return reporter.isClosed ? 0 : INTERRUPTED;
  return known.every(isOpen) ? 0 : 1;
}

// A UDP port that is silent may be open; only what is known not to be counts against it.
const isOpen = ({ state }: Finding) => state === "open" || state === "open or silent";

/** Does first what is no time of any address: loads what is needed, and finds the hosts. */
async function prepare(
  addresses: readonly Address[],
  resolve: ReturnType<typeof openResolver>,
  signal: AbortSignal,
): Promise<void> {
  if (addresses.some(isTls)) await prepareTls(signal);
  // What fails now fails again when the address is looked at, and is told then.
  await Promise.allSettled(
    addresses.map((address) => address.scheme === "unix" || resolve(address, signal)),
  );
}

/** How to dial each kind of address. What one kind can't have is for the others, where there are such. */
async function diallingOf(addresses: readonly Address[], options: ProbeOptions): Promise<DiallingOf> {
  const others = {
    ...addresses.some(isTls) && { ca: undefined },
    ...addresses.some(isWeb) && { subprotocol: undefined, header: undefined, origin: undefined },
  };
  const known: DiallingOf = new Map();
  for (const address of addresses) {
    const { scheme } = address;
    const { ca, subprotocol, header, origin } = options;
    const own = { ...isTls(address) && { ca }, ...isWeb(address) && { subprotocol, header, origin } };
    if (!known.has(scheme)) {
      known.set(scheme, await dialOptions(address, { ...options, ...others, ...own }));
    }
  }
  return known;
}

type DiallingOf = Map<Scheme, DialOptions>;
