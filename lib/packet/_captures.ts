import { concat } from "@std/bytes/concat";
import { extended, fragments, middles, oddIpv4, traffic } from "./_traffic.ts";
import { LINK_TYPES } from "./capture/link.ts";

/** How a file of pcap is written. */
interface PcapForm {
  little?: boolean;
  isNano?: boolean;
  linkType?: number;
  /** Bytes that packets are cut to. */
  snap?: number;
}

/** When the first packet was captured, in s since 1970. */
const START = 1_700_000_000;

/** A file of pcap with these packets, a bit over 1 ms after one another. */
export function pcap(packets: Uint8Array[], form: PcapForm = {}): Uint8Array<ArrayBuffer> {
  const { little = true, isNano = false, linkType = LINK_TYPES.raw, snap = 262_144 } = form;
  const words = (...numbers: number[]) => concat(numbers.map((number) => word(number, little)));
  const magic = isNano ? 0xa1b23c4d : 0xa1b2c3d4;
  const version = little ? 0x0004_0002 : 0x0002_0004;
  const records = packets.map((packet, i) => {
    const bytes = packet.subarray(0, snap);
    const fraction = isNano ? i * 1_000_001 + 7 : i * 1001;
    return concat([words(START + i, fraction, bytes.length, packet.length), bytes]);
  });
  return concat([words(magic, version, 0, 0, snap, linkType), ...records]);
}

/** Writes blocks of pcapng in one byte order. */
export class Blocks {
  readonly #little: boolean;
  readonly #blocks: Uint8Array[] = [];

  constructor(little = true) {
    this.#little = little;
    this.block(0x0a0d0d0a, this.#words(0x1a2b3c4d, little ? 1 : 0x0001_0000, 0xffff_ffff, 0xffff_ffff));
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return concat(this.#blocks);
  }

  block(type: number, ...body: Uint8Array[]): this {
    const size = 12 + body.reduce((sum, { length }) => sum + length, 0);
    this.#blocks.push(concat([this.#words(type, size), ...body, this.#words(size)]));
    return this;
  }

  /** Options are of a number and its value. */
  interface(linkType: number, snap = 0, options: [number, Uint8Array][] = []): this {
    return this.block(1, this.#halves(linkType, 0), this.#words(snap), ...this.#options(options));
  }

  packet(number: number, ticks: bigint, bytes: Uint8Array, comments: string[] = []): this {
    const { length } = bytes;
    const times = [Number(ticks >> 32n), Number(ticks & 0xffff_ffffn)];
    const options = comments.map((text): [number, Uint8Array] => [1, new TextEncoder().encode(text)]);
    return this.block(
      6,
      this.#words(number, ...times, length, length),
      pad(bytes),
      ...this.#options(options),
    );
  }

  simple(bytes: Uint8Array, length = bytes.length): this {
    return this.block(3, this.#words(length), pad(bytes));
  }

  old(number: number, ticks: bigint, bytes: Uint8Array): this {
    const { length } = bytes;
    const words = this.#words(Number(ticks >> 32n), Number(ticks & 0xffff_ffffn), length, length);
    return this.block(2, this.#halves(number, 3), words, pad(bytes));
  }

  #options(options: [number, Uint8Array][]): Uint8Array[] {
    if (options.length === 0) return [];
    const each = options.flatMap(([type, value]) => [this.#halves(type, value.length), pad(value)]);
    return [...each, this.#words(0)];
  }

  #words = (...numbers: number[]) => concat(numbers.map((number) => word(number, this.#little)));

  #halves(a: number, b: number): Uint8Array {
    return this.#words(this.#little ? b << 16 | a : a << 16 | b);
  }
}

/** A capture of each kind that is read, by what it is. */
export function captures(): Record<string, Uint8Array<ArrayBuffer>> {
  const v4 = traffic();
  const v6 = traffic(["fe80::1", "2001:db8:0:0:1::1"]);
  const both = [...v4, ...v6];
  const links = Object.fromEntries(
    Object.entries(LINKS).map(([name, [linkType, wrap]]) => [
      name,
      pcap((linkType === 228 ? v4 : linkType === 229 ? v6 : both).map(wrap), { linkType }),
    ]),
  );
  return {
    ...links,
    "big-endian": pcap(both, { little: false }),
    "ns": pcap(both, { isNano: true }),
    "big-endian ns": pcap(both, { little: false, isNano: true }),
    "big-endian null": pcap(both.map(nullLink(false)), { little: false, linkType: 0 }),
    "checksum of the link": pcap(v4.map((packet) => concat([ethernet(packet), new Uint8Array(4)])), {
      linkType: 0x2400_0001,
    }),
    "cut packets": pcap(both, { snap: 60 }),
    "in the middle": pcap(middles()),
    "odd headers": pcap(oddIpv4()),
    "extension headers": pcap(extended()),
    "fragments": pcap(fragments()),
    "no IP": pcap([new Uint8Array(60), ARP, ICMP, ...v4.map(ethernet)], { linkType: 1 }),
    "no packets": pcap([]),
    "cut in a packet": pcap(both).subarray(0, 1500),
    "cut in a header": pcap(both).subarray(0, 30),
    "pcapng": section(true, both),
    "big-endian pcapng": section(false, both),
    "several sections": concat([section(true, v4), section(false, v6), section(true, [])]),
    "several interfaces": severalInterfaces(v4, v6),
    "simple packets": simplePackets(v4),
    "old packets": both.reduce(
      (blocks, packet, i) => blocks.old(0, BigInt(START + i) * 1_000_000n, packet),
      new Blocks().interface(101),
    ).bytes,
    "other blocks": otherBlocks(v4),
    "cut pcapng": section(true, both).subarray(0, 1501),
  };
}

function section(little: boolean, packets: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const blocks = new Blocks(little).interface(101);
  const comments = ["frame 0-5", "Grüße, 你好"];
  packets.forEach((packet, i) => {
    blocks.packet(0, BigInt(START + i) * 1_000_000n + 5n, packet, comments.slice(0, i % 3));
  });
  return blocks.bytes;
}

/** Interfaces of different links and clocks: 10^-9 s, 2^-10 s, 10^-3 s an hour on, and one after its first packet. */
function severalInterfaces(v4: Uint8Array[], v6: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const hour = Uint8Array.of(0x10, 0x0e, 0, 0, 0, 0, 0, 0);
  const blocks = new Blocks()
    .interface(1, 0, [[2, new TextEncoder().encode("eth0")], [9, Uint8Array.of(9)]])
    .interface(101, 0, [[9, Uint8Array.of(0x8a)]])
    .interface(276, 0, [[9, Uint8Array.of(3)], [14, hour]]);
  v4.forEach((packet, i) => {
    const seconds = BigInt(START + i);
    blocks.packet(0, seconds * 1_000_000_000n + 123_456_789n, ethernet(packet));
    blocks.packet(1, seconds * 1024n + 511n, v6[i]);
    blocks.packet(2, seconds * 1000n + 1n, LINKS["Linux SLL2"][1](packet));
  });
  return blocks.interface(113).packet(3, BigInt(START) * 1_000_000n, LINKS["Linux SLL"][1](v4[0])).bytes;
}

function simplePackets(packets: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const blocks = new Blocks().interface(101, 60);
  for (const packet of packets) blocks.simple(packet.subarray(0, 60), packet.length);
  return blocks.bytes;
}

function otherBlocks(packets: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const blocks = new Blocks().interface(101);
  packets.forEach((packet, i) => {
    blocks.block(4, new Uint8Array(4)).block(5, new Uint8Array(12)).packet(0, BigInt(i) << 33n, packet);
  });
  return blocks.bytes;
}

const hex = (text: string) => Uint8Array.fromHex(text.replaceAll(" ", ""));
const isV4 = (packet: Uint8Array) => packet[0] >> 4 === 4;
const etherType = (packet: Uint8Array) => isV4(packet) ? "0800" : "86dd";

/** A frame of Ethernet, filled up to its least length. */
function ethernet(packet: Uint8Array): Uint8Array {
  const frame = concat([hex(`020000000002 020000000001 ${etherType(packet)}`), packet]);
  return frame.length < 60 ? concat([frame, new Uint8Array(60 - frame.length)]) : frame;
}

const nullLink = (little: boolean) => (packet: Uint8Array) =>
  concat([word(isV4(packet) ? 2 : 30, little), packet]);

/** What stands before the bytes of a packet on each link, by its link type. */
const LINKS: Record<string, [linkType: number, wrap: (packet: Uint8Array) => Uint8Array]> = {
  "Ethernet": [1, ethernet],
  "VLAN": [1, (p) => concat([hex(`020000000002 020000000001 8100 0005 ${etherType(p)}`), p])],
  "VLAN in VLAN": [
    1,
    (p) => concat([hex(`020000000002 020000000001 88a8 0064 8100 0005 ${etherType(p)}`), p]),
  ],
  "Linux SLL": [113, (p) => concat([hex(`0000 0304 0006 000000000000 0000 ${etherType(p)}`), p])],
  "VLAN in SLL": [113, (p) => concat([hex(`0000 0001 0006 020000000001 0000 8100 0005 ${etherType(p)}`), p])],
  "Linux SLL2": [276, (p) => concat([hex(`${etherType(p)} 0000 00000001 0304 00 06 0000000000000000`), p])],
  "null": [0, nullLink(true)],
  "loop": [108, nullLink(false)],
  "raw": [101, (p) => p],
  "raw of BSD": [12, (p) => p],
  "IPv4": [228, (p) => p],
  "IPv6": [229, (p) => p],
};

const ARP = hex(
  "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002",
);
const ICMP = ethernet(hex("4500001c 00000000 4001 66df 0a000001 0a000002 0800 f7ff 0000 0000"));

function word(number: number, little: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, number, little);
  return new Uint8Array(view.buffer);
}

const pad = (bytes: Uint8Array) => concat([bytes, new Uint8Array((4 - bytes.length % 4) % 4)]);
