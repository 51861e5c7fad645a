import type { Context } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { type Address, type Connection, dial, type DialOptions, formatAddress, pause } from "../net/mod.ts";
import { Backoff } from "./backoff.ts";

/** How {@linkcode redial} dials. */
export interface RedialOptions extends Omit<DialOptions, "signal"> {
  /** Whether the very first dial must succeed; later ones are tried for ever. */
  firstMustHold: boolean;
  /** Whether there is no other attempt: a dial that fails, or a link that is lost, is thrown. */
  noReconnect?: boolean;
  /** Whether an error is one that no other attempt mends: it is thrown. */
  isFinal?(error: unknown): boolean;
  /** Gives numbers from 0 to 1, for the waits; `Math.random` if not given. */
  random?: () => number;
}

/**
 * Dials, serves the connection, and dials again when it is lost, with a backoff, until the context stops or
 * `serve` gives true. What goes wrong is reported; attempt after attempt that fails in the same way, once.
 *
 * @throws {PinwireError} `usage` for what can't be dialled; with `firstMustHold` what the first dial throws; with
 * `noReconnect` what `serve` throws, or `link_lost`
 */
export async function redial(
  address: Address,
  { firstMustHold, noReconnect, isFinal, random, retry, ...options }: RedialOptions,
  context: Context,
  serve: (connection: Connection) => Promise<boolean | void>,
): Promise<void> {
  const { reporter, clock, stop: { signal } } = context;
  const backoff = new Backoff(random);
  let hasHeld = !firstMustHold;
  let told = "";
  while (!signal.aborted) {
    let foundAt: number | undefined;
    let failure: unknown;
    try {
      // Where a failure is not the end, there are attempts enough.
      const isLast = !hasHeld || noReconnect;
      const connection = await dial(address, { ...options, retry: isLast ? retry : 0, signal }, clock);
      foundAt = clock.now();
      hasHeld = true;
      if (await serve(context.trace(connection))) return;
    } catch (error) {
      // It is told even where the last line is out, and nothing is left to come back for.
      if (!mayPass(error)) throw error;
      if (signal.aborted) return;
      if (!hasHeld || noReconnect || isFinal?.(error)) throw error;
      failure = error;
    }
    if (noReconnect && !signal.aborted) throw lost(address);
    const held = foundAt === undefined ? 0 : clock.now() - foundAt;
    if (failure && (String(failure) !== told || backoff.isGood(held))) reporter.error(again(failure));
    told = failure ? String(failure) : "";
    await pause(backoff.next(held), signal, clock);
  }
}

/** The same error, with a hint that it isn't the end. */
function again(error: unknown): unknown {
  if (!(error instanceof PinwireError)) return error;
  const hint = [error.hint, "it is dialled again and again"].filter(Boolean).join("; ");
  return new PinwireError(error.code, error.message, { hint, cause: error });
}

const lost = (address: Address) =>
  new PinwireError("link_lost", `the link to ${formatAddress(address)} is lost`);

/** Whether the next attempt may do better: not where the command line, the port or a permission is wrong. */
function mayPass(error: unknown): boolean {
  if (error instanceof PinwireError) return error.exitCode !== 2 && error.code !== "speaks_tls";
  return !(error instanceof Deno.errors.NotCapable);
}
