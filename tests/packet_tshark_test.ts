import { assertEquals } from "@std/assert";
import { captures } from "../lib/packet/_captures.ts";
import {
  CaptureError,
  CaptureReader,
  parseTcpOptions,
  type StreamPlace,
  StreamTable,
  type TcpSegment,
  type Transport,
  TransportReader,
} from "../lib/packet/mod.ts";
import { has, tempDir } from "./support/machine.ts";
import { run } from "./support/process.ts";
import { HAS_TSHARK, tshark } from "./support/tshark.ts";

const FIELDS = [
  ...["frame.number", "frame.time_epoch", "frame.comment", "ip.src", "ipv6.src", "ip.dst", "ipv6.dst"],
  ...[
    "tcp.stream",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.seq_raw",
    "tcp.ack_raw",
    "tcp.seq",
    "tcp.ack",
    "tcp.flags",
    "tcp.len",
  ],
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
    fn: () => checkReading(bytes),
  });
}

for (const format of ["pcapng", "nsecpcap", "pcap"]) {
  Deno.test({
    name: `a capture is read as tshark reads it: made by editcap as ${format} (needs tshark and editcap)`,
    ignore: !HAS_TSHARK || !has("editcap"),
    async fn() {
      await using folder = await tempDir();
      const [from, to] = [`${folder.path}/from`, `${folder.path}/to`];
      await Deno.writeFile(from, captures()["Linux SLL2"]);
      const { code, stderr } = await run("editcap", ["-F", format, "-a", "3:a comment", from, to]);
      assertEquals([code, stderr], [0, ""]);
      await checkReading(await Deno.readFile(to));
    },
  });
}

Deno.test({
  name: "a capture is read as tshark reads it: made by mergecap of several links (needs tshark and mergecap)",
  ignore: !HAS_TSHARK || !has("mergecap"),
  async fn() {
    await using folder = await tempDir();
    const names = ["Ethernet", "Linux SLL2", "ns", "several interfaces"];
    const paths = names.map((_, i) => `${folder.path}/${i}`);
    for (const [i, name] of names.entries()) await Deno.writeFile(paths[i], captures()[name]);
    const { code, stderr } = await run("mergecap", ["-w", `${folder.path}/merged`, ...paths]);
    assertEquals([code, stderr], [0, ""]);
    await checkReading(await Deno.readFile(`${folder.path}/merged`));
  },
});

async function checkReading(file: Uint8Array): Promise<void> {
  const args = ["-Y", "(tcp or udp) and not icmp", "-T", "fields", ...FIELDS.flatMap((name) => ["-e", name])];
  const { stdout } = await tshark(file, args);
  assertEquals(linesOf(file), stdout.split("\n").filter(Boolean));
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
      if (transport) lines.push(lineOf(transport, streams.find(transport)));
    }
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
  }
  return lines;
}

function lineOf(transport: Transport, place: StreamPlace): string {
  const { packet, ip, source, destination, segment } = transport;
  const ports = [source.port, destination.port];
  const addresses = [ip.source, ip.destination];
  return [
    packet.number,
    seconds(packet.time),
    packet.comments.join(","),
    ...ip.version === 4 ? [addresses[0], "", addresses[1], ""] : ["", addresses[0], "", addresses[1]],
    ...transport.protocol === "tcp"
      ? [place.stream.number, ...ports, ...tcpFields(transport.segment, place), "", "", "", ""]
      : [...Array(11).fill(""), place.stream.number, ...ports, segment.length + 8],
  ].join("\t");
}

function tcpFields(segment: TcpSegment, place: StreamPlace): (number | string)[] {
  const { seq, ack, flags, length, window, options } = segment;
  const mss = parseTcpOptions(options).find((option) => option.kind === "mss");
  return [
    seq,
    ack,
    place.seq!,
    place.ack ?? ack,
    `0x${flags.toString(16).padStart(4, "0")}`,
    length,
    window,
    mss?.size ?? "",
  ];
}

function seconds(time?: bigint): string {
  if (time === undefined) return "";
  return `${time / 1_000_000_000n}.${(time % 1_000_000_000n).toString().padStart(9, "0")}`;
}
