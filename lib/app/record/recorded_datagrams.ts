import {
  type DatagramSocket,
  type Endpoint,
  isIpv6,
  isLoopback,
  isUnspecified,
  type Sender,
  unmapped,
} from "../../net/mod.ts";
import { MAX_HEADERS, PacketPath } from "../../packet/mod.ts";
import { frameComments } from "./comments.ts";
import type { Recording } from "./recording.ts";

/** Bytes that a datagram of UDP can carry, over IPv4 and over IPv6. */
const MOST = 65_507, MOST_OVER_IPV6 = 65_527;

/** The same socket, of which each datagram is recorded. */
export function recordDatagrams(socket: DatagramSocket, recording: Recording): DatagramSocket {
  const incoming = new Datagrams(recording);
  const outgoing = new Datagrams(recording);
  return {
    address: socket.address,
    endpoint: socket.endpoint,
    sockets: socket.sockets,
    receive: (handlers) =>
      socket.receive({
        ...handlers,
        async onDatagram(bytes, from) {
          const own = ourEnd(socket.endpoint, from);
          incoming.add(from, own, bytes);
          const answer = await handlers.onDatagram(bytes, from);
          if (answer) outgoing.add(own, from, answer);
          await recording.drained();
          return answer;
        },
      }),
    async send(bytes, to) {
      outgoing.add(ourEnd(socket.endpoint, to), to, bytes);
      await recording.drained();
      await socket.send(bytes, to);
    },
    close: () => socket.close(),
  };
}

/** The datagrams of one direction, each of which is a frame. */
class Datagrams {
  #recording: Recording;
  #packet = new Uint8Array(MOST_OVER_IPV6 + MAX_HEADERS);
  #count = 0;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  add(from: Endpoint, to: Endpoint, bytes: Uint8Array): void {
    const frame = ++this.#count;
    // What can't be sent doesn't cross.
    if (bytes.length > (isIpv6(unmapped(to.hostname)) ? MOST_OVER_IPV6 : MOST)) return;
    const packet = new PacketPath(packetEnd(from), packetEnd(to)).udp(this.#packet, bytes);
    const frames = bytes.length ? [{ frame, from: 0, to: bytes.length, begins: true, ends: true }] : [];
    this.#recording.add(this.#recording.time(), packet, frameComments(frames, 0, 0, bytes.length));
    this.#recording.flush();
  }
}

const packetEnd = ({ hostname, port }: Endpoint) => ({ address: unmapped(hostname), port });

/** Our end as `other` sees it. A socket that is bound to all addresses doesn't always tell which one it was. */
function ourEnd({ hostname, port }: Endpoint, other: Sender): Endpoint {
  if (other.asked !== undefined) return { hostname: other.asked, port };
  const isV6 = isIpv6(unmapped(other.hostname));
  const bound = unmapped(hostname);
  if (!isUnspecified(bound) && isIpv6(bound) === isV6) return { hostname, port };
  if (isLoopback(other.hostname)) return { hostname: isV6 ? "::1" : "127.0.0.1", port };
  return { hostname: isV6 ? "::" : "0.0.0.0", port };
}
