import { assertEquals } from "@std/assert";
import { captures } from "../lib/packet/_captures.ts";
import {
  CaptureError,
  CaptureReader,
  parseTcpOptions,
  StreamTable,
  type TcpSegment,
  type Transport,
  TransportReader,
} from "../lib/packet/mod.ts";
import { HAS_TSHARK, tshark } from "./support/tshark.ts";

const FIELDS = [
  ...["frame.number", "frame.time_epoch", "frame.comment", "ip.src", "ipv6.src", "ip.dst", "ipv6.dst"],
  ...["tcp.stream", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.len"],
  ...[
    "tcp.window_size_value",
    "tcp.options.mss_val",
    "udp.stream",
    "udp.srcport",
    "udp.dstport",
    "udp.length",
  ],
];

for (const [name, bytes] of Object.entries(captures())) {
  Deno.test({
    name: `a capture is read as tshark reads it: ${name} (needs tshark)`,
    ignore: !HAS_TSHARK,
    async fn() {
      const filter = ["-Y", "(tcp or udp) and not icmp"];
      const { stdout } = await tshark(bytes, [
        ...filter,
        "-T",
        "fields",
        ...FIELDS.flatMap((name) => ["-e", name]),
      ]);
      const theirs = stdout.split("\n").filter(Boolean);
      assertEquals(linesOf(bytes), theirs);
    },
  });
}

/** What is in a capture, a line for each packet with TCP or UDP, as tshark prints {@linkcode FIELDS}. */
function linesOf(bytes: Uint8Array): string[] {
  const reader = new CaptureReader();
  reader.feed(bytes);
  reader.end();
  const transports = new TransportReader();
  const streams = new StreamTable();
  const lines: string[] = [];
  try {
    for (let packet; (packet = reader.next());) {
      const transport = transports.read(packet);
      if (transport) lines.push(lineOf(transport, streams.find(transport).stream.number));
    }
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
  }
  return lines;
}

function lineOf(transport: Transport, stream: number): string {
  const { packet, ip, source, destination, segment } = transport;
  const ports = [source.port, destination.port];
  const addresses = [ip.source, ip.destination];
  return [
    packet.number,
    seconds(packet.time),
    packet.comments.join(","),
    ...ip.version === 4 ? [addresses[0], "", addresses[1], ""] : ["", addresses[0], "", addresses[1]],
    ...transport.protocol === "tcp"
      ? [stream, ...ports, ...tcpFields(transport.segment), "", "", "", ""]
      : [...Array(9).fill(""), stream, ...ports, segment.length + 8],
  ].join("\t");
}

function tcpFields({ seq, ack, flags, length, window, options }: TcpSegment): (number | string)[] {
  const mss = parseTcpOptions(options).find((option) => option.kind === "mss");
  return [seq, ack, `0x${flags.toString(16).padStart(4, "0")}`, length, window, mss?.size ?? ""];
}

function seconds(time?: bigint): string {
  if (time === undefined) return "";
  return `${time / 1_000_000_000n}.${(time % 1_000_000_000n).toString().padStart(9, "0")}`;
}
