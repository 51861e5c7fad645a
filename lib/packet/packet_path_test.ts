import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { isChecksumRight } from "./checksum.ts";
import { parseIp } from "./ip.ts";
import { MAX_HEADERS, PacketPath } from "./packet_path.ts";
import { parseTcp } from "./tcp.ts";
import { encodeTcpOptions } from "./tcp_options.ts";
import { parseUdp } from "./udp.ts";

const port = fc.nat(65_535);
const word = fc.nat({ max: 0xffff_ffff });
const payload = fc.uint8Array({ maxLength: 100 });
const hosts = fc.oneof(
  fc.tuple(fc.ipV4(), fc.ipV4()),
  fc.constantFrom(["::1", "fe80::1"], ["2001:db8::1", "::"]),
);
const ends = fc.tuple(hosts, port, port).map(([[source, destination], from, to]) => ({
  source: { address: source, port: from },
  destination: { address: destination, port: to },
}));
/** Whatever was there before. */
const dirty = () => new Uint8Array(200 + MAX_HEADERS).fill(0xee);

Deno.test({
  name: "a TCP segment comes back as it was built, and its checksum is right until a bit is flipped",
  permissions: "none",
  fn() {
    const fields = fc.record({
      seq: word,
      ack: word,
      flags: fc.nat(0xff),
      window: port,
      options: fc.constantFrom(new Uint8Array(0), encodeTcpOptions({ mss: 1460, windowScale: 7 })),
      payload,
    });
    fc.assert(fc.property(ends, fields, fc.nat(), (path, segment, bit) => {
      const packet = new PacketPath(path.source, path.destination).tcp(dirty(), segment);
      const ip = parseIp(packet)!;
      const { sourcePort, destinationPort, checksum: _, length, ...rest } = parseTcp(ip)!;
      assertEquals([sourcePort, destinationPort], [path.source.port, path.destination.port]);
      assertEquals(rest, segment);
      assertEquals(length, segment.payload.length);
      assertEquals(isChecksumRight(ip), true);
      flip(ip.payload, bit);
      assertEquals(isChecksumRight(ip), false);
    }));
  },
});

Deno.test({
  name: "a UDP datagram comes back as it was built, and its checksum is never left out",
  permissions: "none",
  fn() {
    fc.assert(fc.property(ends, payload, (path, bytes) => {
      const ip = parseIp(new PacketPath(path.source, path.destination).udp(dirty(), bytes))!;
      const datagram = parseUdp(ip)!;
      assertEquals(datagram.payload, bytes);
      assert(datagram.checksum !== 0);
      assertEquals(isChecksumRight(ip), true);
    }));
  },
});

Deno.test({
  name: "a checksum that comes out as 0 is sent as ffff, which is the same",
  permissions: "none",
  fn() {
    const end = { address: "0.0.0.0", port: 0 };
    // The sum of 17, twice the length and these is ffff.
    const packet = new PacketPath(end, end).udp(dirty(), Uint8Array.of(0xff, 0xda));
    assertEquals(parseUdp(parseIp(packet)!)!.checksum, 0xffff);
    assertEquals(isChecksumRight(parseIp(packet)!), true);
  },
});

Deno.test({
  name: "sequence numbers go on behind 2^32",
  permissions: "none",
  fn() {
    const end = { address: "10.0.0.1", port: 1 };
    const fields = { seq: 2 ** 32 + 5, ack: 2 ** 33 + 6, flags: 16 };
    const segment = parseTcp(parseIp(new PacketPath(end, end).tcp(dirty(), fields))!)!;
    assertEquals([segment.seq, segment.ack], [5, 6]);
  },
});

Deno.test({
  name: "PacketPath refuses what is no path, and what no packet or buffer can hold",
  permissions: "none",
  fn() {
    const four = { address: "10.0.0.1", port: 1 };
    const six = { address: "::1", port: 1 };
    assertThrows(() => new PacketPath(four, six), TypeError, "no IP packet goes from 10.0.0.1 to ::1");
    assertThrows(
      () => new PacketPath({ address: "pi.local", port: 1 }, four),
      TypeError,
      "pi.local is no IP",
    );
    const room = new Uint8Array(70_000);
    assertThrows(
      () => new PacketPath(four, four).udp(room, new Uint8Array(65_508)),
      RangeError,
      "65536 bytes",
    );
    assertEquals(new PacketPath(four, four).udp(room, new Uint8Array(65_507)).length, 65_535);
    assertEquals(new PacketPath(six, six).udp(room, new Uint8Array(65_527)).length, 65_575);
    assertThrows(
      () => new PacketPath(six, six).udp(new Uint8Array(48), new Uint8Array(1)),
      RangeError,
      "no room",
    );
  },
});

function flip(bytes: Uint8Array, bit: number): void {
  bytes[(bit >> 3) % bytes.length] ^= 1 << (bit & 7);
}
