import { pcap } from "./_captures.ts";
import { CaptureReader } from "./capture/capture_reader.ts";
import type { CapturedPacket } from "./capture/captured_packet.ts";
import { type AssemblerOptions, StreamAssembler, type StreamPiece } from "./stream_assembler.ts";

/** These IP packets as a capture has them. */
export function captured(packets: Uint8Array[], snap?: number): CapturedPacket[] {
  const reader = new CaptureReader();
  reader.feed(pcap(packets, { snap }));
  const all: CapturedPacket[] = [];
  for (let packet; (packet = reader.next());) all.push(packet);
  return all;
}

/** All pieces that come of packets. */
export function assemble(packets: CapturedPacket[], options?: AssemblerOptions): StreamPiece[] {
  const assembler = new StreamAssembler(options);
  return [...packets.flatMap((packet) => assembler.add(packet)), ...assembler.end()];
}

/** A piece in short: `3 tcp 0 > data hello`, with the number of its packet, and `<` from the server. */
export function told(piece: StreamPiece): string {
  const { stream, isFromClient, packet } = piece;
  const what = piece.kind === "data"
    ? ` ${new TextDecoder().decode(piece.bytes)}`
    : piece.kind === "gap"
    ? ` ${piece.length}`
    : "";
  return `${packet} ${stream.protocol} ${stream.number} ${isFromClient ? ">" : "<"} ${piece.kind}${what}`;
}
