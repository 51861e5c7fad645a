import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PinwireError } from "../errors.ts";
import { type CidrAddress, formatCidrValue, maskOf, networkOf, parseCidr, splitNetwork } from "./cidr.ts";

const text = ({ value, version, prefix }: CidrAddress) => `${formatCidrValue(value, version)}/${prefix}`;

const addresses: fc.Arbitrary<CidrAddress> = fc.constantFrom(4 as const, 6 as const).chain((version) => {
  const bits = version === 4 ? 32 : 128;
  return fc.record({
    version: fc.constant(version),
    bits: fc.constant(bits),
    value: fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n }),
    prefix: fc.integer({ min: 0, max: bits }),
  });
});

Deno.test({
  name: "parseCidr reads what is written of any address",
  permissions: "none",
  fn() {
    fc.assert(fc.property(addresses, (address) => assertEquals(parseCidr(text(address)), address)));
  },
});

Deno.test({
  name: "a network begins and ends where its mask says, and has all of its hosts between",
  permissions: "none",
  fn() {
    fc.assert(fc.property(addresses, (address) => {
      const { network, last, firstHost, lastHost, hosts } = networkOf(address);
      const mask = maskOf(address);
      assertEquals(network, address.value & mask);
      assertEquals(last & mask, network);
      assertEquals(last - network + 1n, 1n << BigInt(address.bits - address.prefix));
      assertEquals(lastHost - firstHost + 1n, hosts);
    }));
  },
});

Deno.test({
  name: "/31 has two hosts and /32 one, and IPv6 keeps no address back",
  permissions: "none",
  fn() {
    const hosts = (cidr: string) => networkOf(parseCidr(cidr)).hosts;
    assertEquals(["10.0.0.1/30", "10.0.0.1/31", "10.0.0.1/32"].map(hosts), [2n, 2n, 1n]);
    assertEquals(["::/126", "::/127", "::/128"].map(hosts), [4n, 2n, 1n]);
  },
});

Deno.test({
  name: "the parts of a network are of one size, and together the network",
  permissions: "none",
  fn() {
    fc.assert(fc.property(addresses, fc.integer({ min: 1, max: 6 }), (address, more) => {
      if (address.prefix + more > address.bits) return;
      const parts = [...splitNetwork(address, 2 ** more)];
      assertEquals(parts.length, 2 ** more);
      let next = networkOf(address).network;
      for (const part of parts) {
        const { network, last } = networkOf(part);
        assertEquals([network, part.prefix], [next, address.prefix + more]);
        next = last + 1n;
      }
      assertEquals(next, networkOf(address).last + 1n);
    }));
  },
});

Deno.test({
  name: "what can't be read is told in a sentence that says what is right",
  permissions: "none",
  fn() {
    const wrong: [text: string, sentence: RegExp][] = [
      ["300.1.1.1/24", /^300 in "300\.1\.1\.1" is over 255/],
      ["1.2.3.4/33", /^\/33 is no prefix of IPv4: it is 0 to 32$/],
      ["1.2.3.4/08", /^\/08 is no prefix of IPv4/],
      ["1.2.3.4/-1", /^\/-1 is no prefix of IPv4/],
      ["1.2.3.4/255.255.128.0", /^\/255\.255\.128\.0 is a mask: write \/17$/],
      ["1.2.3.4/0.0.0.0", /write \/0$/],
      ["1.2.3.4/255.0.255.0", /^\/255\.0\.255\.0 is no prefix/],
      ["1.2.3.4", /^"1\.2\.3\.4" has no prefix/],
      ["1.2.3.4/", /^"1\.2\.3\.4\/" has no prefix/],
      ["1.2.3.4/8/9", /is no address with a prefix: write it as 192\.168/],
      ["010.0.0.1/8", /read as octal: write 10\.0\.0\.1$/],
      ["1.2.3/8", /is no address with a prefix/],
      ["x", /is no address with a prefix/],
      ["", /is no address with a prefix/],
      ["::1/129", /^\/129 is no prefix of IPv6: it is 0 to 128$/],
      ["::1", /^"::1" has no prefix/],
      ["1::2::3/64", /is no address with a prefix: write it as 2001:db8/],
      ["fe80::1%eth0/64", /has a zone.*: write fe80::1$/],
      ["１.2.3.4/8", /is no address with a prefix/],
    ];
    for (const [given, sentence] of wrong) {
      const error = assertThrows(() => parseCidr(given), PinwireError);
      assertEquals([error.exitCode, sentence.test(error.sentence)], [2, true], `${given}: ${error.sentence}`);
    }
    assertThrows(() => splitNetwork(parseCidr("10.0.0.0/8"), 3), PinwireError, "3 is no power of two");
    assertThrows(() => splitNetwork(parseCidr("10.0.0.0/31"), 4), PinwireError, "fewer than 4 addresses");
  },
});

Deno.test({
  name: "any text is an address or a sentence",
  permissions: "none",
  fn() {
    const near = fc.string({ unit: fc.constantFrom(..."0123456789.:/%af-x"), maxLength: 24 });
    fc.assert(
      fc.property(near, (given) => {
        try {
          parseCidr(given);
        } catch (error) {
          if (!(error instanceof PinwireError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  },
});
