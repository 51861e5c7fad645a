/**
 * Packets without any I/O: IP, TCP and UDP taken apart ({@linkcode TransportReader}) and built
 * ({@linkcode PacketPath}), captures read ({@linkcode CaptureReader}) and written ({@linkcode PcapngWriter}), and the
 * streams in them put together again ({@linkcode StreamAssembler}).
 *
 * @module
 */
export { type Endpoint, formatIpAddress, parseIpAddress } from "./address.ts";
export { CaptureError, type CaptureErrorCode } from "./capture/capture_error.ts";
export { CaptureReader } from "./capture/capture_reader.ts";
export { type CapturedPacket } from "./capture/captured_packet.ts";
export { ipBytes, LINK_TYPES } from "./capture/link.ts";
export { pcapHeader, pcapRecord } from "./capture/pcap_writer.ts";
export { type InterfaceFields, type PacketFields, PcapngWriter } from "./capture/pcapng_writer.ts";
export { isChecksumRight } from "./checksum.ts";
export { type IpFragment, type IpPacket, parseIp } from "./ip.ts";
export { MAX_HEADERS, PacketPath, type SegmentFields } from "./packet_path.ts";
export { type AssemblerOptions, StreamAssembler, type StreamPiece } from "./stream_assembler.ts";
export { type Stream, type StreamPlace, type StreamSide, StreamTable } from "./streams.ts";
export { flagNames, parseTcp, TCP_FLAGS, type TcpSegment } from "./tcp.ts";
export { type Origin, type StreamPart } from "./tcp_direction.ts";
export { encodeTcpOptions, parseTcpOptions, type TcpOption } from "./tcp_options.ts";
export { type CapturedTcp, type CapturedUdp, type Transport, TransportReader } from "./transport.ts";
export { parseUdp, type UdpDatagram } from "./udp.ts";
