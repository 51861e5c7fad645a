import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { CaptureReader } from "./capture_reader.ts";
import type { CapturedPacket } from "./captured_packet.ts";
import { pcapHeader, pcapRecord } from "./pcap_writer.ts";
import { PcapngWriter } from "./pcapng_writer.ts";

/** The latest time that a `Date` knows, in µs. */
const LATEST = 8_640_000_000_000_000;

function read(...chunks: Uint8Array[]): CapturedPacket[] {
  const reader = new CaptureReader();
  for (const chunk of chunks) reader.feed(chunk);
  reader.end();
  const packets: CapturedPacket[] = [];
  for (let packet; (packet = reader.next());) packets.push(packet);
  return packets;
}

Deno.test({
  name: "what PcapngWriter writes comes back, whenever it is taken",
  permissions: "none",
  fn() {
    const fields = fc.record({
      time: fc.maxSafeNat().map((time) => time % LATEST),
      bytes: fc.uint8Array({ maxLength: 2000 }),
      comments: fc.array(fc.string({ unit: "grapheme", maxLength: 20 }), { maxLength: 3 }),
      interface: fc.nat(1),
    });
    fc.assert(fc.property(fc.array(fc.tuple(fields, fc.boolean()), { maxLength: 8 }), (packets) => {
      const writer = new PcapngWriter();
      writer.section("test");
      writer.interface();
      writer.interface({ linkType: 1, name: "eth0", comments: ["an interface"] });
      const chunks: Uint8Array[] = [];
      for (const [packet, isTaken] of packets) {
        writer.packet(packet);
        if (isTaken) chunks.push(writer.take().slice());
      }
      const back = read(...chunks, writer.take());
      assertEquals(
        back.map(({ offset: _, ...packet }) => packet),
        packets.map(([packet], i) => ({
          ...packet,
          number: i + 1,
          time: BigInt(packet.time) * 1000n,
          linkType: packet.interface === 0 ? 101 : 1,
          length: packet.bytes.length,
        })),
      );
    }));
  },
});

Deno.test({
  name: "comments that are too long are cut between characters, and too many are left out",
  permissions: "none",
  fn() {
    const writer = new PcapngWriter();
    writer.section("");
    writer.interface();
    const comments = Array(5).fill("é".repeat(40_000));
    writer.packet({ time: 0, bytes: new Uint8Array(262_144), length: 300_000, comments });
    const [packet] = read(writer.take());
    assertEquals(packet.comments.map(({ length }) => length), [32_767, 32_767, 32_767]);
    assertEquals([packet.bytes.length, packet.length], [262_144, 300_000]);
  },
});

Deno.test({
  name: "pcapHeader and pcapRecord make a file that comes back",
  permissions: "none",
  fn() {
    const bytes = Uint8Array.of(1, 2, 3);
    const [packet] = read(pcapHeader(1), pcapRecord(1_700_000_000_999_999, bytes));
    assertEquals([packet.time, packet.linkType, packet.bytes], [1_700_000_000_999_999_000n, 1, bytes]);
  },
});
