import { PinwireError } from "../errors.ts";
import { type Address, formatAddress, hostPort, type InternetAddress } from "./address.ts";
import { interfaceOf, isMulticast, join, zoned } from "./multicast.ts";
import { isIpv6, unmapped, withoutZone, withZoneOf } from "./ip.ts";
import type { SocketKind } from "./listener.ts";
import { translateDialError, translateIoError, translateListenError } from "./io_errors.ts";

/** The most that a UDP datagram over IPv4 can carry, in bytes (65,535 less the two headers). */
export const MAX_DATAGRAM = 65_507;

/** What is said of a message, or an answer, that no datagram can hold. */
export function datagramTooLong(what: string, length: number): PinwireError {
  return new PinwireError(
    "datagram_too_long",
    `${what} of ${length} bytes was not sent, a datagram holds ${MAX_DATAGRAM}`,
    { hint: "send less, or use TCP" },
  );
}

/** Whether a socket can have the address of a group, which keeps what is sent to others away from it. */
const bindsGroups = Deno.build.os === "linux";

/** Where a datagram came from or goes to. */
export type Endpoint = Pick<Deno.NetAddr, "hostname" | "port">;

/** Whether a datagram from `from` may have come from `address`, which is an IP address in its one form. */
export function isSender(from: Endpoint, { hostname, port }: Endpoint): boolean {
  return from.port === port && unmapped(from.hostname) === withoutZone(hostname);
}

/** A UDP socket. */
export interface DatagramSocket {
  /** Where it is bound: `udp://127.0.0.1:8888`. */
  readonly address: string;
  /** Whose socket this is: the system's own, or the runtime's. */
  readonly sockets: SocketKind;
  /** The same, taken apart. */
  readonly endpoint: Endpoint;
  /**
   * Waits for a datagram, which may be empty, and gives a view of `buffer` and its sender; `undefined` once
   * the socket is closed. What doesn't fit into `buffer` is lost.
   */
  receive(buffer: Uint8Array): Promise<[Uint8Array, Endpoint] | undefined>;
  /** @throws {PinwireError} if the system refuses this one datagram; the socket stays good */
  send(bytes: Uint8Array, to: Endpoint): Promise<void>;
  /** May be called again. */
  close(): void;
}

/** How a peer of UDP is named: `udp://127.0.0.1:50123`. */
export const udpPeer = (endpoint: Endpoint): string => `udp://${hostPort(endpoint)}`;

/** How to bind a UDP socket, besides where. */
export interface BindOptions {
  /** The interface at which a group is joined, by its name or one of its addresses; without it the system chooses. */
  interface?: string;
}

/**
 * Binds a UDP socket; port 0 takes a free one. A multicast group is joined, and others on this machine may have the same.
 *
 * @throws {PinwireError} `address_taken` …; `usage` for an interface that isn't there
 */
export async function bindDatagram(
  address: InternetAddress,
  { interface: name }: BindOptions = {},
): Promise<DatagramSocket> {
  // Deno asks for this flag, and takes it from the deno.json of a folder, but not from that of a package.
  if (!("listenDatagram" in Deno)) {
    throw new PinwireError("permission_missing", "Deno may not use UDP", {
      hint: "deno run --unstable-net in front of the rest allows it",
    });
  }
  const { port } = address;
  const on = name === undefined ? undefined : interfaceOf(name);
  const isGroup = isMulticast(address.hostname);
  const hostname = isIpv6(address.hostname) ? zoned(address.hostname, on) : address.hostname;
  let socket: Deno.DatagramConn | undefined;
  try {
    const host = isGroup && !bindsGroups ? (isIpv6(hostname) ? "::" : "0.0.0.0") : hostname;
    socket = Deno.listenDatagram({
      transport: "udp",
      hostname: host,
      port,
      reuseAddress: isGroup,
      // Whoever is in a group on this machine hears what is sent to it from here.
      loopback: true,
    });
    if (isGroup) await join(socket, hostname, on);
  } catch (error) {
    socket?.close();
    throw await translateListenError(error, formatAddress(address as Address), port);
  }
  const bound = socket.addr as Deno.NetAddr;
  const endpoint = { ...bound, hostname: isGroup ? hostname : withZoneOf(hostname, bound.hostname) };
  let closed = false;
  return {
    sockets: "deno",
    address: udpPeer(endpoint),
    endpoint,
    async receive(buffer) {
      for (;;) {
        try {
          return await socket.receive(buffer) as [Uint8Array, Deno.NetAddr];
        } catch (error) {
          if (closed) return undefined;
          // On Windows an earlier answer that nobody took comes back as a reset of this socket.
          if (!(error instanceof Deno.errors.ConnectionReset)) {
            throw translateIoError(error, udpPeer(endpoint));
          }
        }
      }
    },
    async send(bytes, to) {
      try {
        // Whoever answers gives back the very address that the datagram came with.
        await socket.send(bytes, "transport" in to ? to as Deno.NetAddr : { transport: "udp", ...to });
      } catch (error) {
        if (closed) return;
        const isTooLong = error instanceof Error && "code" in error && error.code === "EMSGSIZE";
        throw isTooLong ? datagramTooLong("a message", bytes.length) : translateDialError(error, udpPeer(to));
      }
    },
    close() {
      if (closed) return;
      closed = true;
      socket.close();
    },
  };
}
