/**
 * Packets without any I/O: IP, TCP and UDP taken apart ({@linkcode TransportReader}) and built
 * ({@linkcode PacketPath}), captures read ({@linkcode CaptureReader}) and written ({@linkcode PcapngWriter}), and the
 * streams in them put together again ({@linkcode StreamAssembler}).
 *
 * A recording that Wireshark opens, and what it says:
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import {
 *   CaptureReader,
 *   encodeTcpOptions,
 *   MAX_HEADERS,
 *   PacketPath,
 *   PcapngWriter,
 *   StreamAssembler,
 *   TCP_FLAGS,
 * } from "./mod.ts";
 *
 * const { SYN, ACK, PSH } = TCP_FLAGS;
 * const client = { address: "127.0.0.1", port: 50_000 };
 * const server = { address: "127.0.0.1", port: 7 };
 * const [there, back] = [new PacketPath(client, server), new PacketPath(server, client)];
 * const room = new Uint8Array(1460 + MAX_HEADERS);
 * const options = encodeTcpOptions({ mss: 1460, windowScale: 14 });
 * const payload = new TextEncoder().encode("hello");
 *
 * const writer = new PcapngWriter();
 * writer.section("pinwire");
 * writer.interface();
 * let time = 1_700_000_000_000_000; // µs
 * writer.packet({ time, bytes: there.tcp(room, { seq: 0, ack: 0, flags: SYN, options }) });
 * writer.packet({ time, bytes: back.tcp(room, { seq: 0, ack: 1, flags: SYN | ACK, options }) });
 * writer.packet({ time, bytes: there.tcp(room, { seq: 1, ack: 1, flags: ACK }) });
 * const bytes = there.tcp(room, { seq: 1, ack: 1, flags: PSH | ACK, payload });
 * writer.packet({ time: ++time, bytes, comments: ["frame 0-5"] });
 *
 * const reader = new CaptureReader();
 * reader.feed(writer.take());
 * reader.end();
 * const assembler = new StreamAssembler();
 * const told = [];
 * for (let packet; (packet = reader.next());) {
 *   for (const piece of assembler.add(packet)) {
 *     told.push(piece.kind === "data" ? new TextDecoder().decode(piece.bytes) : piece.kind);
 *   }
 * }
 * assertEquals(told, ["open", "open", "hello"]);
 * ```
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
