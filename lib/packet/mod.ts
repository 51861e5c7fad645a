/**
 * Packets without any I/O: IP, TCP and UDP taken apart ({@linkcode parseIp}) and built ({@linkcode PacketPath}).
 *
 * @module
 */
export { type Endpoint, formatIpAddress, parseIpAddress } from "./address.ts";
export { isChecksumRight } from "./checksum.ts";
export { type IpFragment, type IpPacket, parseIp } from "./ip.ts";
export { MAX_HEADERS, PacketPath, type SegmentFields } from "./packet_path.ts";
export { flagNames, parseTcp, TCP_FLAGS, type TcpSegment } from "./tcp.ts";
export { encodeTcpOptions, parseTcpOptions, type TcpOption } from "./tcp_options.ts";
export { parseUdp, type UdpDatagram } from "./udp.ts";
