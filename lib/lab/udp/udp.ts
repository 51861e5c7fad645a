import type { Audience } from "../stage/stage.ts";
import { setVariable } from "../stage/wire.ts";
import { BadWire } from "./bad_wire.ts";
import { DUPLICATE, LOSS, REORDER } from "./fates.ts";
import { overTcp } from "./over_tcp.ts";
import { overUdp } from "./over_udp.ts";
import { Teller } from "./sending.ts";

/** Bytes that a packet of the wire may have. */
const MTU = 576;
/** Bytes of the headers of IP and TCP, and of the option that some systems insist on. */
const HEADERS = 40, TIMESTAMPS = 12;

/**
 * So that whatever TCP does follows from what has arrived, and not from how long that took: it counts acknowledgments to
 * find what is lost, as in RFC 5681, and its one timer is longer than this machine may take for all the rest (RFC 6298,
 * section 2.4).
 */
const SETTINGS = [
  ["tcp_sack", "0"],
  ["tcp_timestamps", "0"],
  ["tcp_early_retrans", "0"],
  ["tcp_frto", "0"],
  ["tcp_congestion_control", "reno"],
  ["tcp_rto_min_us", "1000000"],
] as const;

/** Sends numbers over UDP, and then over TCP, each in a packet of its own, on a wire that does the same to both. */
export async function udp(seed: number, audience: Audience): Promise<void> {
  for (const [name, value] of SETTINGS) setVariable(name, value);
  const teller = new Teller(audience);
  teller.tell({ event: "bad_wire", seed, loss: LOSS, duplicate: DUPLICATE, reorder: REORDER });
  using wire = new BadWire(seed, MTU);
  const size = MTU - HEADERS - (hasTimestamps() ? TIMESTAMPS : 0);
  // What is done for the first time takes longer.
  await overUdp({ wire, size, teller: new Teller(NOBODY) });
  await overUdp({ wire, size, teller });
  await overTcp({ wire, size, teller });
  await teller.told;
}

/** Nobody looks at a rehearsal. */
const NOBODY: Audience = { tell() {}, record() {}, step: () => Promise.resolve() };

function hasTimestamps(): boolean {
  return Deno.readTextFileSync("/proc/sys/net/ipv4/tcp_timestamps").trim() !== "0";
}
