import { concat } from "@std/bytes/concat";
import { addWords, checksumOf } from "./checksum.ts";
import { writeU16 } from "./bytes.ts";
import { MAX_HEADERS, PacketPath, type SegmentFields } from "./packet_path.ts";
import { TCP_FLAGS } from "./tcp.ts";
import { encodeTcpOptions } from "./tcp_options.ts";

const { SYN, ACK, PSH, FIN, RST } = TCP_FLAGS;

/** Both directions between a client and a server, whose packets have memory of their own. */
export class Talk {
  readonly #paths: { client: PacketPath; server: PacketPath };

  constructor(clientPort: number, [client, server] = ["10.0.0.1", "10.0.0.2"], serverPort = 8080) {
    const ends = [{ address: client, port: clientPort }, { address: server, port: serverPort }] as const;
    this.#paths = { client: new PacketPath(ends[0], ends[1]), server: new PacketPath(ends[1], ends[0]) };
  }

  /** A segment that one side sends; of text there are as many bytes as characters. */
  tcp(
    side: "client" | "server",
    seq: number,
    ack: number,
    flags: number = ACK,
    text = "",
    more?: Partial<SegmentFields>,
  ): Uint8Array {
    const room = new Uint8Array(text.length + MAX_HEADERS);
    return this.#paths[side].tcp(room, { seq, ack, flags, payload: ascii(text), ...more });
  }

  udp(side: "client" | "server", text: string): Uint8Array {
    return this.#paths[side].udp(new Uint8Array(text.length + MAX_HEADERS), ascii(text));
  }
}

/** What a capture may have of two connections and a conversation of datagrams, of IPv4 or, with addresses, of IPv6. */
export function traffic(hosts?: [client: string, server: string]): Uint8Array[] {
  const [one, two, datagrams] = [new Talk(50_000, hosts), new Talk(50_001, hosts), new Talk(50_002, hosts)];
  const options = encodeTcpOptions({ mss: 1460, windowScale: 7 });
  return [
    one.tcp("client", 1000, 0, SYN, "", { options }),
    one.tcp("server", 4_294_967_290, 1001, SYN | ACK, "", { options, window: 1024 }),
    two.tcp("client", 5, 0, SYN),
    one.tcp("client", 1001, 4_294_967_291),
    datagrams.udp("client", "ping"),
    one.tcp("client", 1001, 4_294_967_291, PSH | ACK, "hello"),
    two.tcp("server", 0, 6, RST | ACK),
    // Over the end of the sequence numbers.
    one.tcp("server", 4_294_967_291, 1006, PSH | ACK, "0123456789"),
    datagrams.udp("server", "pong, oddly"),
    datagrams.udp("server", ""),
    one.tcp("client", 1006, 5, ACK),
    // Reordered, sent again, overlapping.
    one.tcp("client", 1012, 5, ACK, "world"),
    one.tcp("client", 1006, 5, ACK, ", the "),
    one.tcp("client", 1001, 5, ACK, "HELLO, the WORLD and "),
    one.tcp("client", 1022, 5, PSH | ACK, "everybody"),
    one.tcp("client", 1031, 5, FIN | ACK),
    one.tcp("server", 5, 1032, FIN | ACK, "bye"),
    one.tcp("client", 1032, 9),
    // The same ports once more.
    two.tcp("client", 5, 0, SYN),
    two.tcp("client", 77_777, 0, SYN),
    two.tcp("server", 88_888, 77_778, SYN | ACK),
    two.tcp("client", 77_778, 88_889, PSH | ACK, "x".repeat(1460)),
    two.tcp("server", 88_889, 79_238, RST),
  ];
}

/** What begins in the middle, or whose beginning comes in another order. */
export function middles(): Uint8Array[] {
  const [one, two, three] = [new Talk(40_000), new Talk(40_001), new Talk(40_002)];
  return [
    one.tcp("server", 700, 300, PSH | ACK, "seven"),
    one.tcp("client", 300, 705, PSH | ACK, "three"),
    two.tcp("server", 20, 11, SYN | ACK),
    two.tcp("client", 10, 0, SYN),
    two.tcp("client", 11, 21),
    one.tcp("client", 299, 705),
    one.tcp("client", 9000, 0, SYN),
    one.tcp("client", 9000, 0, SYN),
    three.tcp("client", 1, 0, SYN, "early"),
    three.tcp("server", 0, 0, RST),
    three.tcp("client", 1, 0, SYN),
    three.tcp("server", 50, 2, SYN | ACK),
    three.tcp("server", 60, 2, SYN | ACK),
    three.tcp("server", 61, 2, PSH | ACK, "late"),
  ];
}

/** Packets of IPv4 with options, with a length of 0 for the network card, and with one that is longer than the wire's. */
export function oddIpv4(): Uint8Array[] {
  const [plain, unknown, short] = traffic().filter((packet) => packet.length > 45);
  const long = concat([plain.subarray(0, 20), new Uint8Array([1, 1, 1, 0]), plain.subarray(20)]);
  long[0] = 0x46;
  const zero = unknown.slice();
  writeU16(zero, 2, 0);
  writeU16(long, 2, long.length);
  const bogus = short.slice();
  writeU16(bogus, 2, 60_000);
  return [long, zero, bogus].map((packet) => withHeaderChecksum(packet));
}

/** Packets of IPv6 with each extension header that may stand before TCP and UDP. */
export function extended(): Uint8Array[] {
  const [tcp] = traffic(["fe80::1", "2001:db8::1"]);
  const datagram = new Talk(1, ["::1", "::1"]).udp("client", "behind headers");
  return [
    withExtension(tcp, 60, [0, 1, 4, 0, 0, 0, 0]),
    withExtension(withExtension(datagram, 60, [0, 1, 4, 0, 0, 0, 0]), 0, [1, 1, 12, ...Array(12).fill(0)]),
    // A fragment header around a whole packet.
    withExtension(datagram, 44, [0, 0, 0, 0, 0, 0, 9]),
    withExtension(tcp, 51, [4, 0, 0, ...Array(20).fill(7)]),
  ];
}

/** A datagram over IPv4 and one over IPv6, each in three fragments, out of order and one of them twice. */
export function fragments(): Uint8Array[] {
  const text = "In parts, as no link would take it whole. ".repeat(60);
  const four = cutIpv4(new Talk(600).udp("client", text), 1000);
  const six = cutIpv6(new Talk(600, ["fe80::1", "fe80::2"]).udp("client", text), 1000);
  return [four[0], four[2], six[2], four[2], four[1], six[0], six[1]];
}

function cutIpv4(packet: Uint8Array, size: number): Uint8Array[] {
  return cut(packet.subarray(20), size).map(({ part, offset, isLast }) => {
    const fragment = concat([packet.subarray(0, 20), part]);
    writeU16(fragment, 2, fragment.length);
    writeU16(fragment, 4, 0xbeef);
    writeU16(fragment, 6, offset / 8 | (isLast ? 0 : 0x2000));
    return withHeaderChecksum(fragment);
  });
}

function cutIpv6(packet: Uint8Array, size: number): Uint8Array[] {
  return cut(packet.subarray(40), size).map(({ part, offset, isLast }) => {
    const whole = concat([packet.subarray(0, 40), part]);
    return withExtension(whole, 44, [0, offset >> 8, offset | (isLast ? 0 : 1), 0, 0, 0, 5]);
  });
}

function cut(bytes: Uint8Array, size: number) {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => {
    const offset = i * size;
    return { part: bytes.subarray(offset, offset + size), offset, isLast: offset + size >= bytes.length };
  });
}

/** The packet with one more header behind that of IPv6: `rest` is what stands in it behind the type of the next. */
function withExtension(packet: Uint8Array, type: number, rest: number[]): Uint8Array {
  const header = Uint8Array.of(packet[6], ...rest);
  const longer = concat([packet.subarray(0, 40), header, packet.subarray(40)]);
  longer[6] = type;
  writeU16(longer, 4, longer.length - 40);
  return longer;
}

function withHeaderChecksum(packet: Uint8Array): Uint8Array {
  writeU16(packet, 10, 0);
  writeU16(packet, 10, checksumOf(addWords(0, packet, 0, (packet[0] & 15) * 4)));
  return packet;
}

const ascii = (text: string) => new TextEncoder().encode(text);
