import { PinwireError } from "../errors.ts";
import type { Address } from "../net/mod.ts";
import { Backoff } from "./backoff.ts";
import type { Connection } from "../net/mod.ts";
import type { Context } from "../app/mod.ts";
import { dial } from "../net/mod.ts";
import { withTimeout } from "../net/mod.ts";

/** How {@linkcode redial} dials. */
export interface RedialOptions {
  /** PEM text of certificates to trust beside the system's. */
  ca?: string;
  /** Whether the very first dial must succeed; later ones are tried for ever. */
  firstMustHold: boolean;
}

/**
 * Dials, serves the connection, and dials again when it is lost, with a backoff, until the context stops or
 * `serve` gives true. What goes wrong is reported; attempt after attempt that fails in the same way, once.
 *
 * @throws {PinwireError} `usage` for what can't be dialled; with `firstMustHold` what the first dial throws
 */
export async function redial(
  address: Address,
  { ca, firstMustHold }: RedialOptions,
  context: Context,
  serve: (connection: Connection) => Promise<boolean | void>,
): Promise<void> {
  const { reporter, stop: { signal } } = context;
  const backoff = new Backoff();
  let hasHeld = !firstMustHold;
  let told = "";
  while (!signal.aborted) {
    let foundAt: number | undefined;
    let failure: unknown;
    try {
      const connection = await dial(address, { ca, signal });
      foundAt = performance.now();
      hasHeld = true;
      if (await serve(context.trace(connection))) return;
    } catch (error) {
      if (signal.aborted) return;
      if (!hasHeld || !mayPass(error)) throw error;
      failure = error;
    }
    const held = foundAt === undefined ? 0 : performance.now() - foundAt;
    if (failure && (String(failure) !== told || backoff.isGood(held))) reporter.error(again(failure));
    told = failure ? String(failure) : "";
    await pause(backoff.next(held), signal);
  }
}

/** The same error, for people who should not think that it was the last word. */
function again(error: unknown): unknown {
  if (!(error instanceof PinwireError)) return error;
  const hint = [error.hint, "it is dialled again and again"].filter(Boolean).join("; ");
  return new PinwireError(error.code, error.message, { hint, cause: error });
}

/** Whether the next attempt may do better: not where the command line or a permission is wrong. */
function mayPass(error: unknown): boolean {
  if (error instanceof PinwireError) return error.exitCode !== 2;
  return !(error instanceof Deno.errors.NotCapable);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  signal.addEventListener("abort", onAbort);
  if (!signal.aborted) await withTimeout(ms, promise);
  // A link that is lost ten thousand times would leave as many listeners.
  signal.removeEventListener("abort", onAbort);
}
