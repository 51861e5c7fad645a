import type { Sockets, Vigilance } from "../../system/mod.ts";
import { isLoopback } from "../address.ts";

/**
 * A peer that has gone without a word is found within 30 s: it is idle for 15 s, then asked three times, 5 s apart. What
 * it doesn't acknowledge is sent again every 2 s at the latest, so that the kernel's 15 attempts (`tcp_retries2`) take
 * 27 s; before Linux 6.15 a quarter of an hour.
 *
 * TCP_USER_TIMEOUT would do both, but it ends a connection whose peer is there and reads nothing for so long, such as
 * `| less` (tcp_probe_timer() of the kernel).
 */
export const VIGILANCE: Vigilance = { idle: 15, interval: 5, probes: 3, longestWait: 2_000 };

/** Watches the peers of a socket that is at, or goes to, this address. Nobody on this machine goes without a word. */
export function watchPeers(sockets: Sockets, socket: number, host: string, vigilance = VIGILANCE): void {
  if (!isLoopback(host)) sockets.options.watchPeer(socket, vigilance);
}
