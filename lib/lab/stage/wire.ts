import {
  MAX_HEADERS,
  PacketPath,
  parseIp,
  parseTcp,
  parseUdp,
  type TcpSegment,
  type UdpDatagram,
} from "../../packet/mod.ts";
import { Tun } from "../../system/tun.ts";

/** Where both programs are: the kernel's own end of the wire. */
export const LOCAL = "10.0.0.1";
/** Where each of the two takes the other to be. */
export const REMOTE = "10.0.0.2";

/**
 * Sets a variable of this network (Documentation/networking/ip-sysctl.rst), if it can be: an older kernel has fewer of
 * them, and in a container none may be written.
 *
 * @returns whether it could be; most lessons are the same without, if with more repetitions
 */
export function setVariable(name: string, value: string): boolean {
  try {
    Deno.writeTextFileSync(`/proc/sys/net/ipv4/${name}`, value);
    return true;
  } catch {
    return false;
  }
}

/** Which of the two programs. */
export type Side = "client" | "server";

/** A packet on the wire. */
export interface Passing {
  /** As it goes from the client's network to the server's, or back: the client is 10.0.0.1, the server 10.0.0.2. */
  packet: Uint8Array<ArrayBuffer>;
  from: Side;
  /** Whether it is for an address that nobody has. */
  isAstray: boolean;
  /** If it is TCP. */
  segment?: TcpSegment;
  /** If it is UDP. */
  datagram?: UdpDatagram;
}

/**
 * A wire of our own between two sockets of this kernel. What the kernel sends to 10.0.0.2 comes back with its two
 * addresses swapped, as if 10.0.0.2 had sent it to 10.0.0.1, which changes no checksum. So both ends are real, and what
 * lies between is ours: a packet is delivered when {@linkcode Wire.deliver} is called, or never.
 */
export class Wire implements Disposable {
  readonly #tun: Tun;
  readonly #port: number;
  readonly #onPacket: (passing: Passing) => void;

  /**
   * @param port the server's; whatever comes from it comes from the server
   * @param onPacket takes each packet that one of the two has sent
   */
  constructor(port: number, onPacket: (passing: Passing) => void, mtu = 1500) {
    this.#tun = new Tun("wire", { address: LOCAL, mask: "255.255.255.0", mtu });
    this.#port = port;
    this.#onPacket = onPacket;
    this.#run();
  }

  /** Lets a packet arrive. What the kernel does at once is done when this returns: a state has changed, an answer was taken. */
  deliver({ packet, from }: Passing): void {
    this.inject(from === "client" ? swapped(packet) : packet);
    this.take();
  }

  /** Takes what the kernel has sent up to now. */
  take(): void {
    for (let bytes; (bytes = this.#tun.read());) this.#pass(bytes);
  }

  /**
   * Lets a packet come in as it is, whatever its addresses.
   *
   * @returns whether the kernel takes it for one of IP
   */
  inject(packet: Uint8Array<ArrayBuffer>): boolean {
    return this.#tun.write(packet);
  }

  [Symbol.dispose](): void {
    this.#tun[Symbol.dispose]();
  }

  async #run(): Promise<void> {
    while (await this.#tun.readable()) this.take();
  }

  #pass(bytes: Uint8Array<ArrayBuffer>): void {
    const ip = parseIp(bytes);
    // A new interface announces itself by IPv6.
    if (ip?.version !== 4) return;
    const isFromServer = sourcePort(ip.payload) === this.#port;
    // The kernel's packets all come from 10.0.0.1; the server's are shown as they would be at the client.
    const isAstray = ip.destination !== REMOTE;
    const sent = parseTcp(ip);
    const packet = !isFromServer
      ? bytes.slice()
      : isAstray && sent
      ? readdressed(sent, ip.destination)
      : swapped(bytes);
    // Of bytes that stay.
    const kept = parseIp(packet)!;
    this.#onPacket({
      packet,
      from: isFromServer ? "server" : "client",
      isAstray,
      segment: parseTcp(kept),
      datagram: parseUdp(kept),
    });
  }
}

/** Both TCP and UDP begin with it. */
const sourcePort = (payload: Uint8Array) => (payload[0] << 8) | payload[1];

/** With source and destination of the IPv4 header in each other's place. */
function swapped(packet: Uint8Array): Uint8Array<ArrayBuffer> {
  const other = packet.slice() as Uint8Array<ArrayBuffer>;
  other.set(packet.subarray(16, 20), 12);
  other.set(packet.subarray(12, 16), 16);
  return other;
}

/** A segment of the server to somebody else, as it is on the wire. */
function readdressed(segment: TcpSegment, address: string): Uint8Array<ArrayBuffer> {
  const { sourcePort, destinationPort, ...fields } = segment;
  const path = new PacketPath({ address: REMOTE, port: sourcePort }, { address, port: destinationPort });
  const room = new Uint8Array(MAX_HEADERS + segment.payload.length);
  return path.tcp(room, fields) as Uint8Array<ArrayBuffer>;
}
