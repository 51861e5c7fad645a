import { PinwireError } from "../errors.ts";
import { type Address, formatAddress, type InternetAddress } from "./address.ts";
import {
  type DatagramHandlers,
  type DatagramSocket,
  datagramTooLong,
  type Endpoint,
  udpPeer,
} from "./datagram.ts";
import { interfaceOf, isMulticast, join, zoned } from "./multicast.ts";
import { type UdpListener, udpListeners } from "../system/mod.ts";
import { isIpv6, isUnspecified, unmapped, withZoneOf } from "./ip.ts";
import { translateDialError, translateIoError, translateListenError } from "./io_errors.ts";
import { bindNative } from "./native/native_bind.ts";

/** Whether a socket can have the address of a group, which keeps what is sent to others away from it. */
const bindsGroups = Deno.build.os === "linux";

/** How to bind a UDP socket, besides where. */
export interface BindOptions {
  /** The interface at which a group is joined, by its name or one of its addresses; without it the system chooses. */
  interface?: string;
  /** The one that is spoken with. Where it is, nobody may listen: the system's own sockets tell that. */
  peer?: Endpoint;
}

/**
 * Binds a UDP socket; port 0 takes a free one. A multicast group is joined, and others on this machine may have the same.
 *
 * @throws {PinwireError} `address_taken` …; `usage` for an interface that isn't there
 */
export async function bindDatagram(
  address: InternetAddress,
  options: BindOptions = {},
): Promise<DatagramSocket> {
  try {
    if (!isMulticast(address.hostname)) {
      const native = bindNative(address, options.peer);
      if (native) return native;
    }
  } catch (error) {
    throw await translateListenError(error, formatAddress(address as Address), address.port);
  }
  return await bindByDeno(address, options);
}

/**
 * Whether somebody listens at this UDP port of this machine: takes datagrams from anybody. Where the kernel tells no
 * listeners, only taking the port for a moment shows it, in which nobody else gets it.
 *
 * @throws {Deno.errors.NotCapable} where it has to be taken, and may not be
 */
export function hasListener({ hostname, port }: Endpoint): boolean {
  const listeners = udpListeners(port);
  if (listeners) return listeners.some((one) => takes(one, unmapped(hostname)));
  try {
    Deno.listenDatagram({ transport: "udp", hostname, port }).close();
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return true;
  }
}

function takes({ hostname, isSixOnly }: UdpListener, asked: string): boolean {
  const own = unmapped(hostname);
  if (!isUnspecified(own)) return own === asked;
  return isIpv6(asked) ? isIpv6(own) : !isSixOnly;
}

/** The same as {@linkcode bindDatagram} on a socket of the runtime's. */
export async function bindByDeno(
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
  return new DenoDatagramSocket(socket, {
    ...bound,
    hostname: isGroup ? hostname : withZoneOf(hostname, bound.hostname),
  });
}

/** More than any datagram has bytes, so that none is cut. */
const LONGEST = 65_536;

class DenoDatagramSocket implements DatagramSocket {
  readonly sockets = "deno";
  readonly address: string;
  readonly endpoint: Endpoint;
  #socket: Deno.DatagramConn;
  #isClosed = false;

  constructor(socket: Deno.DatagramConn, endpoint: Endpoint) {
    this.#socket = socket;
    this.endpoint = endpoint;
    this.address = udpPeer(endpoint);
  }

  async receive({ onDatagram, onError, headroom = 0, tailroom = 0 }: DatagramHandlers): Promise<void> {
    const room = new Uint8Array(headroom + LONGEST + tailroom).subarray(headroom, headroom + LONGEST);
    while (!this.#isClosed) {
      let received: [Uint8Array, Deno.Addr];
      try {
        received = await this.#socket.receive(room);
      } catch (error) {
        if (this.#isClosed) return;
        // On Windows an earlier answer that nobody took comes back as a reset of this socket.
        if (!(error instanceof Deno.errors.ConnectionReset)) onError(translateIoError(error, this.address));
        continue;
      }
      const [bytes, from] = received as [Uint8Array, Deno.NetAddr];
      const answer = await onDatagram(bytes, from);
      if (!answer) continue;
      await this.#send(answer, from, "an answer").catch((error) => onError(error, udpPeer(from)));
    }
  }

  send(bytes: Uint8Array, to: Endpoint): Promise<void> {
    return this.#send(bytes, to, "a message");
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  async #send(bytes: Uint8Array, to: Endpoint, what: string): Promise<void> {
    try {
      // Whoever answers gives back the very address that the datagram came with.
      await this.#socket.send(bytes, "transport" in to ? to as Deno.NetAddr : { transport: "udp", ...to });
    } catch (error) {
      if (this.#isClosed) return;
      const isTooLong = error instanceof Error && "code" in error && error.code === "EMSGSIZE";
      throw isTooLong ? datagramTooLong(what, bytes.length) : translateDialError(error, udpPeer(to));
    }
  }
}
