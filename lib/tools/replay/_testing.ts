import type { StreamPiece } from "../../packet/mod.ts";
import {
  CaptureReader,
  type Endpoint,
  MAX_HEADERS,
  PacketPath,
  PcapngWriter,
  StreamAssembler,
  TCP_FLAGS,
} from "../../packet/mod.ts";
import { type Step, StepBuilder } from "./steps.ts";

const { SYN, ACK, PSH, FIN, RST } = TCP_FLAGS;

/** A packet of a recording that a test makes. */
export interface RecordedPacket {
  /** µs since 1970. */
  time: number;
  bytes: Uint8Array;
  /** Bytes on the wire, if not all were captured. */
  length?: number;
}

/** What a recording is of, besides what is said. */
export interface RecordingOptions {
  client?: Endpoint;
  server?: Endpoint;
  protocol?: "tcp" | "udp";
  /** Bytes that a segment has at most. */
  segment?: number;
}

/** When a recording begins, in µs since 1970. */
const START = 1_700_000_000_000_000;

/**
 * The packets of one stream: `>text` is what the client says, `<text` the server, `>FIN` and `>RST` how a side ends, a number
 * how many ms pass. A connection begins with its handshake.
 */
export function packetsOf(
  script: (string | number)[],
  {
    client = { address: "127.0.0.1", port: 50_000 },
    server = { address: "127.0.0.1", port: 7 },
    protocol = "tcp",
    segment = 1460,
  }: RecordingOptions = {},
): RecordedPacket[] {
  const paths = { ">": new PacketPath(client, server), "<": new PacketPath(server, client) };
  const next = { ">": 1000, "<": 4_294_967_290 };
  const packets: RecordedPacket[] = [];
  let time = START;

  function add(side: ">" | "<", flags: number, payload = new Uint8Array()): void {
    const room = new Uint8Array(payload.length + MAX_HEADERS);
    const [seq, ack] = [next[side], next[side === ">" ? "<" : ">"]];
    const bytes = protocol === "udp"
      ? paths[side].udp(room, payload)
      : paths[side].tcp(room, { seq, ack, flags, payload });
    packets.push({ time, bytes });
    next[side] += payload.length + (flags & (SYN | FIN) ? 1 : 0);
  }

  if (protocol === "tcp") {
    add(">", SYN);
    add("<", SYN | ACK);
    add(">", ACK);
  }
  for (const act of script) {
    if (typeof act === "number") {
      time += act * 1000;
      continue;
    }
    const side = act[0] as ">" | "<";
    const text = act.slice(1);
    if (text === "FIN") add(side, FIN | ACK);
    else if (text === "RST") add(side, RST | ACK);
    else {
      const payload = new TextEncoder().encode(text);
      const size = protocol === "udp" ? Infinity : segment;
      for (let at = 0; at === 0 || at < payload.length; at += size) {
        add(side, PSH | ACK, payload.slice(at, at + size));
      }
    }
  }
  return packets;
}

/** A file of pcapng with these packets. */
export function fileOf(packets: RecordedPacket[]): Uint8Array {
  const writer = new PcapngWriter();
  writer.section("a test");
  writer.interface();
  for (const packet of packets) writer.packet(packet);
  return writer.take();
}

/** The pieces that the streams in these packets have. */
export function piecesOf(packets: RecordedPacket[]): StreamPiece[] {
  const reader = new CaptureReader();
  reader.feed(fileOf(packets));
  reader.end();
  const assembler = new StreamAssembler();
  const pieces: StreamPiece[] = [];
  for (let packet; (packet = reader.next());) pieces.push(...assembler.add(packet));
  return [...pieces, ...assembler.end()];
}

/** The steps of the one stream in these packets. */
export function stepsOf(packets: RecordedPacket[], isClient = true): Step[] {
  const builder = new StepBuilder(isClient);
  return [...piecesOf(packets).flatMap((piece) => builder.add(piece)), ...builder.end()];
}

/** A step in short: `own data hello`. */
export function told({ isOwn, act }: Step): string {
  const side = isOwn ? "own" : "other";
  if (act.kind === "gap") return `${side} gap ${act.length}`;
  if (act.kind !== "data") return `${side} ${act.kind}`;
  const lacking = act.lacking ? ` and ${act.lacking} more` : "";
  return `${side} data ${new TextDecoder().decode(act.bytes)}${lacking}`;
}
