import { has } from "./machine.ts";
import { type Outcome, run } from "./process.ts";

/** Whether tshark is here; what needs it says so in its name. */
export const HAS_TSHARK = has("tshark");

/** What tshark says of a capture; nothing is looked up, and no connection's bytes are taken for a protocol. */
export function tshark(capture: Uint8Array, args: string[] = []): Promise<Outcome> {
  const asIs = ["-n", "-o", "tcp.desegment_tcp_streams:FALSE", "--disable-protocol", "http"];
  return run("tshark", ["-r", "-", ...asIs, ...args], { stdin: capture });
}
