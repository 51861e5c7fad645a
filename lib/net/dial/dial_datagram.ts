import { PinwireError } from "../../errors.ts";
import { type Address, formatAddress, type InternetAddress, isLoopback } from "../address.ts";
import { bindDatagram, hasListener } from "../bind_datagram.ts";
import { type DatagramSocket, type Endpoint, isSender, udpPeer } from "../datagram.ts";
import { checkDialable, DIAL_TIMEOUT, type DialOptions, stopped, withDeadline } from "./dial.ts";
import { checkFamily, resolveEndpoints } from "./resolve.ts";
import { isIpv6 } from "../ip.ts";
import { type Interface, interfaceOf, ipv4Of, isShared, zoned } from "../multicast.ts";

/** What is done with datagrams of a peer. */
export interface PeerHandlers {
  /** Takes a datagram, which may be empty and is good until this is done; what comes after waits. */
  onDatagram(bytes: Uint8Array): Promise<void> | void;
  /** Is told of what is lost, and that nobody listens there (`refused`), where the system tells us. */
  onError(error: unknown): void;
}

/** A UDP socket that speaks with one peer alone. */
export interface DatagramPeer {
  /** Where datagrams go: `udp://127.0.0.1:8888`. */
  readonly name: string;
  /** @throws {PinwireError} if the system refuses this one datagram at all addresses of the peer; the socket stays good */
  send(bytes: Uint8Array): Promise<void>;
  /** Hands over each datagram of the peer, until the socket is closed or `onDatagram` fails, which it then throws. */
  receive(handlers: PeerHandlers): Promise<void>;
  /** May be called again. */
  close(): void;
}

/** How to reach a peer by datagrams. */
export type DatagramOptions = Pick<DialOptions, "timeout" | "signal" | "bind" | "interface">;

/**
 * Binds a UDP socket, on a free port of the peer's family unless `bind` says otherwise, on loopback if the peer is there. A
 * name with several addresses means the first that can be sent to; of this machine's own, the first at which somebody
 * listens.
 *
 * @param wrap what the socket is used through, such as a trace
 * @throws {PinwireError} `unknown_host`, `address_taken` …
 */
export async function dialDatagram(
  address: InternetAddress,
  wrap: (socket: DatagramSocket) => DatagramSocket = (socket) => socket,
  options: DatagramOptions = {},
): Promise<DatagramPeer> {
  const { timeout = DIAL_TIMEOUT, signal = new AbortController().signal } = options;
  const on = options.interface === undefined ? undefined : interfaceOf(options.interface);
  checkDialable(address as Address);
  const name = formatAddress(address as Address);
  const found = checkFamily(await resolve(), options.bind, name)
    .map(({ hostname, port }) => ({ hostname: isIpv6(hostname) ? zoned(hostname, on) : hostname, port }));
  const there = found.filter(isThere);
  const endpoints = there.length ? there : found;
  let socket!: DatagramSocket;

  async function resolve(): Promise<Endpoint[]> {
    try {
      return await resolveEndpoints(address, withDeadline(signal, timeout));
    } catch (error) {
      throw signal.aborted ? stopped(name) : error;
    }
  }

  async function bind(): Promise<void> {
    const [peer] = endpoints;
    const own = { scheme: "udp", ...options.bind ?? ownEnd(peer, on) } as const;
    socket = wrap(await bindDatagram(own, { peer: isShared(peer.hostname) ? undefined : peer }));
  }

  let binding = bind();
  await binding;
  return {
    get name() {
      return udpPeer(endpoints[0]);
    },
    async send(bytes) {
      for (;;) {
        try {
          return await socket.send(bytes, endpoints[0]);
        } catch (error) {
          const isTooLong = error instanceof PinwireError && error.code === "datagram_too_long";
          if (isTooLong || endpoints.length === 1) throw error;
          endpoints.shift();
          socket.close();
          await (binding = bind());
        }
      }
    },
    async receive({ onDatagram, onError }) {
      let own: DatagramSocket;
      do {
        own = socket;
        await own.receive({
          onError,
          onDatagram(bytes, from) {
            // An unconnected socket hears everybody, of whom any may be one of a group.
            const [peer] = endpoints;
            return isShared(peer.hostname) || isSender(from, peer) ? onDatagram(bytes) : undefined;
          },
        });
        // It may have been closed for another, at the peer's next address.
        await binding;
      } while (own !== socket);
    },
    close: () => socket.close(),
  };
}

function ownEnd({ hostname }: Endpoint, on: Interface | undefined): Endpoint {
  // The address decides which way multicast and broadcast go (Linux: ip_route_output_key_hash_rcu).
  if (on && !isIpv6(hostname)) return { hostname: ipv4Of(on), port: 0 };
  const host = isIpv6(hostname)
    ? (isLoopback(hostname) ? "::1" : "::")
    : (isLoopback(hostname) ? "127.0.0.1" : "0.0.0.0");
  return { hostname: host, port: 0 };
}

/** Whether somebody may listen there. On loopback that is known before a datagram is lost. */
function isThere(endpoint: Endpoint, _index: number, all: Endpoint[]): boolean {
  return all.length === 1 || !isLoopback(endpoint.hostname) || hasListener(endpoint);
}
