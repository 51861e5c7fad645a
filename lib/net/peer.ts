import { formatAddress, hostPort, isLoopback } from "./address.ts";
import { unmapped, withZoneOf } from "./ip.ts";

/** One end of a socket, as its carrier states it. */
export interface SocketAddress {
  /** What carries the bytes: `tcp`, `tls`, `unix` … */
  readonly scheme: string;
  /** Its IP address; a Unix socket's end has none. */
  readonly host?: string;
  readonly port?: number;
  /** For printing alone, such as `tcp://127.0.0.1:50123` or `unix:#3`: no rule may read it. */
  readonly name: string;
}

/**
 * The other end of a connection. What a carrier doesn't state to be so is neither local nor encrypted: rules that
 * don't know a carrier refuse it.
 */
export interface Peer extends SocketAddress {
  /** Whether it is on this machine. */
  readonly isLocal: boolean;
  /** Whether nobody on the way can read or change the bytes. */
  readonly isEncrypted: boolean;
}

/** The schemes of Deno's own stream sockets. */
export type StreamScheme = "tcp" | "tls" | "unix";

/**
 * One of Deno's addresses as a value.
 *
 * @param number names the peer of a Unix socket, which has no address
 * @param asked what was listened on or dialled, whose zone Deno doesn't tell
 */
export function socketAddress(
  address: Deno.Addr,
  scheme: StreamScheme,
  number = 0,
  asked = "",
): SocketAddress {
  if ("hostname" in address) {
    const hostname = withZoneOf(asked, unmapped(address.hostname));
    const { port } = address;
    return { scheme, host: hostname, port, name: `${scheme}://${hostPort({ hostname, port })}` };
  }
  const name = "path" in address && address.path
    ? formatAddress({ scheme: "unix", path: address.path })
    : `unix:#${number}`;
  return { scheme, name };
}

/** The same for the other end. */
export function socketPeer(address: Deno.Addr, scheme: StreamScheme, number?: number, asked?: string): Peer {
  const { host, port, name } = socketAddress(address, scheme, number, asked);
  const isLocal = scheme === "unix" || host !== undefined && isLoopback(host);
  return { scheme, host, port, name, isLocal, isEncrypted: scheme === "tls" };
}
