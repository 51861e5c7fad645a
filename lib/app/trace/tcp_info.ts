import type { TcpInfo } from "../../net/mod.ts";

/** `round trip 0.04 ms ± 0.02, window 65536, 1 segment sent again`: what the kernel knows of the way to a peer. */
export function tcpInfoText({ rtt, rttvar, retransmissions, window }: TcpInfo): string {
  const parts = [`round trip ${rtt.toFixed(2)} ms ± ${rttvar.toFixed(2)}`];
  if (window !== undefined) parts.push(`window ${window}`);
  if (retransmissions) {
    parts.push(`${retransmissions} ${retransmissions === 1 ? "segment" : "segments"} sent again`);
  }
  return parts.join(", ");
}
