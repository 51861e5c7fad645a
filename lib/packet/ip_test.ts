import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { extended, fragments, oddIpv4, Talk, traffic } from "./_traffic.ts";
import { isChecksumRight } from "./checksum.ts";
import { Fragments } from "./fragments.ts";
import { type IpPacket, parseIp } from "./ip.ts";
import { parseTcp } from "./tcp.ts";
import { parseUdp } from "./udp.ts";

const PACKETS = [...traffic(), ...traffic(["::1", "::2"]), ...extended(), ...oddIpv4()];

Deno.test({
  name: "parseIp leaves out what stands behind a packet, and knows how long a cut one was",
  permissions: "none",
  fn() {
    const packet = new Talk(1).tcp("client", 1, 1, 16, "hello");
    const padded = new Uint8Array(packet.length + 9);
    padded.set(packet);
    const ip = parseIp(padded)!;
    assertEquals(ip.payload, packet.subarray(20));
    assertEquals(parseTcp(ip)?.length, 5);

    const cut = parseIp(packet.subarray(0, packet.length - 2), packet.length)!;
    assertEquals([cut.payload.length, cut.length], [23, 25]);
    const segment = parseTcp(cut)!;
    assertEquals([segment.payload.length, segment.length], [3, 5]);
    assertEquals(isChecksumRight(cut), undefined);
  },
});

Deno.test({
  name: "extension headers of IPv6 are passed over, whichever they are",
  permissions: "none",
  fn() {
    const packets = extended().map((packet) => parseIp(packet)!);
    assertEquals(packets.map(({ protocol }) => protocol), [6, 17, 17, 6]);
    assertEquals(packets.map((ip) => isChecksumRight(ip)), [true, true, true, true]);
    assertEquals(packets.map(({ header }) => header.length), [48, 64, 48, 64]);
  },
});

Deno.test({
  name: "no bytes make the parsers throw, or give more than there is",
  permissions: "none",
  fn() {
    const mutated = fc.tuple(fc.constantFrom(...PACKETS), fc.nat(), fc.nat(255), fc.nat(100)).map(
      ([packet, at, byte, length]) => {
        const copy = packet.slice(0, length);
        if (copy.length > 0) copy[at % Math.min(copy.length, 60)] = byte;
        return copy;
      },
    );
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        const ip = parseIp(bytes);
        if (!ip) return;
        isChecksumRight(ip);
        for (const segment of [parseTcp(ip), parseUdp(ip)]) {
          assert(!segment || segment.payload.length <= segment.length);
        }
      }),
      { numRuns: 2000 },
    );
  },
});

Deno.test({
  name: "fragments are put together in any order, each once, and their checksum is right",
  permissions: "none",
  fn() {
    const order = fc.shuffledSubarray([...fragments().keys()], { minLength: fragments().length });
    fc.assert(fc.property(order, (indices) => {
      const whole = new Fragments();
      const packets = indices.flatMap((index) => whole.add(parseIp(fragments()[index])!) ?? []);
      // One of a datagram's fragments comes twice, maybe after the others: then it waits for more.
      assertEquals(packets.map(({ length }) => length), [2528, 2528]);
      assertEquals(packets.map((ip) => isChecksumRight(ip)), [true, true]);
    }));
  },
});

Deno.test({
  name: "a fragment alone is no segment, and what is kept of fragments has a limit",
  permissions: "none",
  fn() {
    const [first, last] = fragments().map((packet) => parseIp(packet)!);
    assertEquals(parseUdp(first), undefined);
    const kept = new Fragments();
    assertEquals(kept.add(first), undefined);
    for (let id = 0; id < 64; id++) kept.add({ ...first, fragment: { ...first.fragment!, id } });
    const middle = parseIp(fragments()[4])!;
    assertEquals(kept.add(middle) ?? kept.add(last), undefined);
  },
});

/** A part of a payload whose byte at each place is the same, given in units of 8 bytes. */
function partOf(from: number, count: number, isLast: boolean, byte = from): IpPacket {
  const packet = new Talk(1).udp("client", "");
  const payload = new Uint8Array(count * 8).fill(byte);
  const fragment = { id: 7, offset: from * 8, isLast };
  return { ...parseIp(packet)!, payload, length: payload.length, fragment };
}

Deno.test({
  name: "fragments may be as small as can be, and the first of two that overlap counts",
  permissions: "none",
  fn() {
    const whole = new Fragments();
    for (let i = 8190; i > 0; i--) assertEquals(whole.add(partOf(i, 1, i === 8190)), undefined);
    assertEquals(whole.add(partOf(5, 2, false, 99)), undefined);
    const packet = whole.add(partOf(0, 1, false))!;
    assertEquals([packet.length, packet.fragment, packet.payload[5 * 8]], [8191 * 8, undefined, 5]);
    assertEquals(packet.payload.at(-1), 8190 % 256);
  },
});

Deno.test({
  name: "fragments of which one lies behind the last are no packet, nor are any without the first",
  permissions: "none",
  fn() {
    const behind = [partOf(0, 1, false), partOf(3, 1, false), partOf(1, 1, true)];
    const headless = [partOf(2, 1, true), partOf(1, 1, false)];
    for (const parts of [behind, headless]) {
      const whole = new Fragments();
      for (const part of parts) assertEquals(whole.add(part), undefined);
    }
  },
});
