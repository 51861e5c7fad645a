import { PinwireError } from "../errors.ts";
import { type Address, formatAddress, type InternetAddress, isLoopback } from "./address.ts";
import { bindDatagram, type DatagramSocket, type Endpoint, isSender, udpPeer } from "./datagram.ts";
import { checkDialable } from "./dial.ts";
import { translateDialError } from "./io_errors.ts";
import { isIpAddress, isIpv6 } from "./ip.ts";

/** A UDP socket that speaks with one peer alone. */
export interface DatagramPeer {
  /** Where datagrams go: `udp://127.0.0.1:8888`. */
  readonly name: string;
  /** @throws {PinwireError} if the system refuses this one datagram at all addresses of the peer; the socket stays good */
  send(bytes: Uint8Array): Promise<void>;
  /** Waits for a datagram of the peer, which may be empty, and gives a view of `buffer`; `undefined` once closed. */
  receive(buffer: Uint8Array): Promise<Uint8Array | undefined>;
  /** May be called again. */
  close(): void;
}

/**
 * Binds a UDP socket on a free port of the peer's family, on loopback if it is there. A name with several addresses
 * means the first that can be sent to; of this machine's own, the first at which somebody listens.
 *
 * @param wrap what the socket is used through, such as a trace
 * @throws {PinwireError} `unknown_host` …
 */
export async function dialDatagram(
  address: InternetAddress,
  wrap: (socket: DatagramSocket) => DatagramSocket = (socket) => socket,
): Promise<DatagramPeer> {
  checkDialable(address as Address);
  const found = await resolveEndpoints(address);
  const there = found.filter(isThere);
  const endpoints = there.length ? there : found;
  let socket!: DatagramSocket;
  const bind = async () => {
    const [{ hostname }] = endpoints;
    const local = isIpv6(hostname)
      ? (isLoopback(hostname) ? "::1" : "::")
      : (isLoopback(hostname) ? "127.0.0.1" : "0.0.0.0");
    socket = wrap(await bindDatagram({ scheme: "udp", hostname: local, port: 0 }));
  };
  await bind();
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
          await bind();
        }
      }
    },
    async receive(buffer) {
      for (;;) {
        const own = socket;
        const received = await own.receive(buffer);
        // It was closed for another, at the peer's next address.
        if (!received && own !== socket) continue;
        // An unconnected socket hears everybody.
        if (!received || isSender(received[1], endpoints[0])) return received?.[0];
      }
    },
    close: () => socket.close(),
  };
}

/**
 * The addresses of a peer in the resolver's order (RFC 6724), in their one form; that of an IP address is itself.
 * The unspecified address, which is nobody's, means this machine, as the kernel takes it.
 *
 * @throws {PinwireError} `unknown_host`
 */
export async function resolveEndpoints(address: InternetAddress): Promise<Endpoint[]> {
  const { hostname, port } = address;
  if (hostname === "0.0.0.0") return [{ hostname: "127.0.0.1", port }];
  if (hostname === "::") return [{ hostname: "::1", port }];
  if (isIpAddress(hostname)) return [{ hostname, port }];
  const { default: process } = await import("node:process");
  // Deno 2.6 would warn on stderr of a module that its own node:dns loads.
  Object.assign(process, { noDeprecation: true });
  const { lookup } = await import("node:dns/promises");
  try {
    const found = await lookup(hostname, { all: true, verbatim: true });
    return found.map(({ address }) => ({ hostname: address, port }));
  } catch (error) {
    throw translateDialError(error, formatAddress(address as Address));
  }
}

/**
 * Whether somebody may listen there. On loopback nobody does where we can bind; nothing else would tell, as the
 * runtime keeps to itself that the port is unreachable (ICMP).
 */
function isThere({ hostname, port }: Endpoint, _index: number, all: Endpoint[]): boolean {
  if (all.length === 1 || !isLoopback(hostname)) return true;
  try {
    Deno.listenDatagram({ transport: "udp", hostname, port }).close();
    return false;
  } catch {
    return true;
  }
}
