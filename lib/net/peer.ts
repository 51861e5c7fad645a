import { abstractName, formatAddress, hostPort, isLoopback } from "./address.ts";
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
  /** Whether to end our side ends the whole connection, as over a WebSocket, which has no half-close. */
  readonly endsWhole?: true;
  /**
   * The name of the abstract Unix socket that was dialled. It has no file whose mode keeps the machine's other users out,
   * from dialling it or from listening there.
   */
  readonly abstractName?: string;
  /**
   * The user (uid) whose program connected, or listens, at the other end of a Unix socket, as the kernel says; nothing
   * where it isn't asked. Of a user that has no number in our user namespace it is that of `nobody`.
   */
  readonly uid?: number;
}

/** The schemes of Deno's own stream sockets. */
export type StreamScheme = "tcp" | "tls" | "unix";

/**
 * One of Deno's addresses as a value.
 *
 * @param number names the peer of a Unix socket, which has no address
 * @param asked the host, or the path, that was listened on or dialled, whose zone, or which, Deno may not tell
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
  // Deno 2.6 doesn't tell the name of an abstract socket.
  const known = abstractName(asked) !== undefined && !number ? asked : "";
  const path = "path" in address && address.path || known;
  return { scheme, name: path ? formatAddress({ scheme: "unix", path }) : `unix:#${number}` };
}

/** The same for the other end. */
export function socketPeer(address: Deno.Addr, scheme: StreamScheme, number?: number, asked = ""): Peer {
  const { host, port, name } = socketAddress(address, scheme, number, asked);
  const isLocal = scheme === "unix" || host !== undefined && isLoopback(host);
  const peer = { scheme, host, port, name, isLocal, isEncrypted: scheme === "tls" };
  const abstract = scheme === "unix" ? abstractName(asked) : undefined;
  return abstract === undefined ? peer : { ...peer, abstractName: abstract };
}
