import { assertEquals } from "@std/assert";
import { encodeTcpOptions, MAX_HEADERS, PacketPath, PcapngWriter, TCP_FLAGS } from "../lib/packet/mod.ts";
import { anyBytes } from "./support/any_bytes.ts";
import { has } from "./support/machine.ts";
import { run } from "./support/process.ts";
import { CHECKED, follow, HAS_TSHARK, problemsIn, tshark } from "./support/tshark.ts";

const { SYN, ACK, PSH, FIN } = TCP_FLAGS;
const SEGMENT = 1460;
const OPTIONS = encodeTcpOptions({ mss: SEGMENT, windowScale: 14 });
/** What each side sends, in turns. */
const SAID = [anyBytes(5), anyBytes(200_000), anyBytes(1460), anyBytes(1461)];

for (
  const [version, hosts] of Object.entries({ IPv4: ["127.0.0.1", "127.0.0.1"], IPv6: ["::1", "fe80::2"] })
) {
  Deno.test({
    name: `tshark finds nothing wrong with what is written over ${version}, and follows it (needs tshark)`,
    ignore: !HAS_TSHARK,
    async fn() {
      const file = recording(hosts);
      assertEquals(await problemsIn(file), "");
      const checked = await tshark(file, [
        ...CHECKED,
        "-T",
        "fields",
        "-e",
        "tcp.checksum.status",
        "-e",
        "udp.checksum.status",
      ]);
      assertEquals(new Set(checked.stdout.trimEnd().split("\n").map((line) => line.trim())), new Set(["1"]));

      const said = SAID.map((bytes) => bytes.toHex()).join("");
      const datagram = SAID[0].toHex();
      const streams = ["tcp", "udp"].map((protocol) => ({ protocol, number: 0 }));
      assertEquals(await follow(file, streams), [[said, said], [datagram, datagram]]);
    },
  });

  Deno.test({
    name: `comments are where they were written over ${version} (needs tshark)`,
    ignore: !HAS_TSHARK,
    async fn() {
      const { stdout } = await tshark(recording(hosts), [
        "-Y",
        "frame.comment",
        "-T",
        "fields",
        "-e",
        "frame.comment",
      ]);
      assertEquals(stdout, SAID.map((bytes) => `frame 0-${bytes.length} 帧\n`.repeat(2)).join(""));
    },
  });

  Deno.test({
    name: `tcpdump reads what is written over ${version}, and finds each checksum correct (needs tcpdump)`,
    ignore: !has("tcpdump"),
    async fn() {
      const { stdout, code } = await run("tcpdump", ["-nnvv", "-r", "-"], { stdin: recording(hosts) });
      assertEquals(code, 0);
      const sums = stdout.match(/cksum 0x\w+ \(\w+\)|udp sum \w+|bad|incorrect/g) ?? [];
      assertEquals(sums.filter((sum) => !/correct\)|udp sum ok/.test(sum)), []);
      const segments = SAID.reduce((sum, { length }) => sum + 2 * Math.ceil(length / SEGMENT) + 2, 0);
      assertEquals(sums.length, 3 + segments + 3 + 2);
    },
  });
}

/** A conversation over TCP in which each is answered by the same, and one over UDP, as pcapng. */
function recording([client, server]: string[]): Uint8Array {
  const writer = new PcapngWriter();
  writer.section("pinwire");
  writer.interface({ name: "made up" });
  const ends = [{ address: client, port: 50_000 }, { address: server, port: 7 }] as const;
  const sides = [
    { path: new PacketPath(ends[0], ends[1]), seq: 2 ** 32 - 3000, ack: 0 },
    { path: new PacketPath(ends[1], ends[0]), seq: 1, ack: 0 },
  ];
  const room = new Uint8Array(SEGMENT + MAX_HEADERS);
  let time = 1_700_000_000_000_000;
  const send = (
    from: number,
    flags: number,
    payload?: Uint8Array,
    comments?: string[],
    options?: Uint8Array,
  ) => {
    const { path, seq } = sides[from];
    const ack = flags & ACK ? sides[1 - from].seq : 0;
    writer.packet({ time: time++, bytes: path.tcp(room, { seq, ack, flags, payload, options }), comments });
    sides[from].seq += (payload?.length ?? 0) + (flags & (SYN | FIN) ? 1 : 0);
  };
  send(0, SYN, undefined, undefined, OPTIONS);
  send(1, SYN | ACK, undefined, undefined, OPTIONS);
  send(0, ACK);
  for (const bytes of SAID) {
    for (const side of [0, 1]) {
      for (let at = 0; at < bytes.length; at += SEGMENT) {
        const isLast = at + SEGMENT >= bytes.length;
        const comments = isLast ? [`frame 0-${bytes.length} 帧`] : undefined;
        send(side, isLast ? PSH | ACK : ACK, bytes.subarray(at, at + SEGMENT), comments);
      }
      send(1 - side, ACK);
    }
  }
  for (const [side, flags] of [[0, FIN | ACK], [1, FIN | ACK], [0, ACK]]) send(side, flags);
  for (const { path } of sides) writer.packet({ time: time++, bytes: path.udp(room, SAID[0]) });
  return writer.take();
}
