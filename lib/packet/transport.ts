import type { Endpoint } from "./address.ts";
import type { CapturedPacket } from "./capture/captured_packet.ts";
import { ipBytes } from "./capture/link.ts";
import { Fragments } from "./fragments.ts";
import { type IpPacket, parseIp } from "./ip.ts";
import { parseTcp, type TcpSegment } from "./tcp.ts";
import { parseUdp, type UdpDatagram } from "./udp.ts";

/** What a captured packet says above the link. */
interface Layers {
  packet: CapturedPacket;
  ip: IpPacket;
  source: Endpoint;
  destination: Endpoint;
}

/** A captured packet with TCP in it. */
export type CapturedTcp = Layers & { protocol: "tcp"; segment: TcpSegment };

/** A captured packet with UDP in it. */
export type CapturedUdp = Layers & { protocol: "udp"; segment: UdpDatagram };

/** A captured packet with TCP or UDP in it. */
export type Transport = CapturedTcp | CapturedUdp;

/** Takes captured packets apart, through all layers, and puts fragments of IP together. */
export class TransportReader {
  readonly #fragments = new Fragments();

  /** What is in a packet; `undefined` if it is neither TCP nor UDP, malformed, or not the last fragment to come. */
  read(packet: CapturedPacket): Transport | undefined {
    const bytes = ipBytes(packet);
    const link = packet.bytes.length - (bytes?.length ?? 0);
    const part = bytes && parseIp(bytes, Math.max(packet.length - link, bytes.length));
    const ip = part && this.#fragments.add(part);
    if (!ip) return undefined;
    const tcp = parseTcp(ip);
    if (tcp) return { protocol: "tcp", segment: tcp, ...endpoints(ip, tcp), packet, ip };
    const udp = parseUdp(ip);
    return udp && { protocol: "udp", segment: udp, ...endpoints(ip, udp), packet, ip };
  }
}

function endpoints(ip: IpPacket, { sourcePort, destinationPort }: TcpSegment | UdpDatagram) {
  return {
    source: { address: ip.source, port: sourcePort },
    destination: { address: ip.destination, port: destinationPort },
  };
}
