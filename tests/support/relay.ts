import { LOOPBACK } from "./connection.ts";
import { pinwire } from "./pinwire.ts";
import type { Process } from "./process.ts";

/** Starts `relay --json` on a free port before a server; its console is its stdin. */
export const relayTo = (server: { address: string }, ...options: string[]): Promise<Process> =>
  pinwire(["relay", `${LOOPBACK}:0`, server.address, "--json", ...options]);

/** Has a relay do this to all connections of now; done when it has begun. */
export async function toAll(relay: Process, verb: "stall" | "cut" | "reset"): Promise<void> {
  const from = relay.stderr.length;
  // The help behind it shows that it has been carried out.
  await relay.write(`${verb} all\nhelp\n`);
  await relay.sees(new RegExp(`^[^]{${from},}quit .*\n$`), "stderr");
}
