import { dialOptions, plainContext, Reporter } from "../app/mod.ts";
import { parseSpec } from "../framing/mod.ts";
import type { Address } from "../net/mod.ts";
import { readToken } from "../session/token.ts";
import { askController } from "./controller_query.ts";
import { ALL } from "./protocol.ts";

/** Milliseconds that somebody who presses Tab may wait. */
const PATIENCE = 500;
/** The longest line of a controller's answer, in bytes. */
const LONGEST_ANSWER = 4096;

/**
 * What the devices of a controller are called, by a name or a number, and `all`. Nothing if it may not be asked.
 *
 * @throws {PinwireError} why it doesn't tell, at once
 */
export async function deviceNames(
  address: Address,
  { ca, tokenFile }: { ca?: string; tokenFile?: string },
): Promise<string[]> {
  if (Deno.permissions.querySync({ name: "net" }).state !== "granted") return [];
  const reporter = new Reporter({ program: "", role: "client", forward: () => {} });
  await using context = plainContext(parseSpec("text", LONGEST_ANSWER), reporter);
  const late = context.clock.after(PATIENCE, () => context.stop.now());
  try {
    const token = tokenFile === undefined ? undefined : await readToken(tokenFile);
    const dialling = await dialOptions(address, { ca }, context.form);
    const devices = await askController(address, "status all", { ...dialling, token }, context);
    return devices.length ? [...devices.map(({ name, index }) => name ?? String(index)), ALL] : [];
  } finally {
    late.cancel();
  }
}
