import { assertEquals, assertThrows } from "@std/assert";
import { altNames } from "./alt_names.ts";

const pure = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

/** A value of X.690. */
function der(tag: number, ...content: (string | number | number[])[]): number[] {
  const bytes = content.flatMap((part) =>
    typeof part === "string" ? [...new TextEncoder().encode(part)] : part
  );
  const { length } = bytes;
  return [tag, ...length < 128 ? [length] : [0x82, length >> 8, length & 255], ...bytes];
}

const SEQUENCE = 0x30;
const OTHER = der(SEQUENCE, der(6, 0x55, 0x1d, 0x13), der(1, 255), der(4, der(SEQUENCE)));

/** A certificate with these names, of which nothing else is looked at. */
function certificate(...names: number[][]): Uint8Array {
  const alternative = der(SEQUENCE, der(6, 0x55, 0x1d, 0x11), der(4, der(SEQUENCE, ...names)));
  const extensions = der(0xa3, der(SEQUENCE, OTHER, alternative));
  return new Uint8Array(der(SEQUENCE, der(SEQUENCE, der(0xa0, der(2, 2)), der(2, 1), extensions), der(3, 0)));
}

const dns = (name: string) => der(0x82, name);
const ip = (...octets: number[]) => der(0x87, octets);

pure("altNames() host names and IP addresses, in their order", () => {
  const loopback = [...Array(15).fill(0), 1];
  const names = altNames(
    certificate(dns("localhost"), ip(127, 0, 0, 1), ip(...loopback), dns("*.example.org")),
  );
  assertEquals(names, ["localhost", "127.0.0.1", "::1", "*.example.org"]);
});

pure("altNames() a name of another kind is none, whatever it says", () => {
  const directory = der(
    0xa4,
    der(SEQUENCE, der(0x31, der(SEQUENCE, der(6, 0x55, 4, 3), der(12, "d, DNS:fake")))),
  );
  const others = [
    der(0x81, "a@b, DNS:fake"),
    der(0x86, "http://x/, DNS:fake"),
    directory,
    der(0x88, 0x2a, 3),
    der(0xa0, der(6, 0x2a, 3), der(0xa0, der(12, "x, IP Address:127.0.0.1"))),
    ip(1, 2, 3),
  ];
  assertEquals(altNames(certificate(...others, dns("real"))), ["real"]);
});

pure("altNames() a name is one, whatever stands in it", () => {
  const odd = ["a, DNS:b", '"a", IP Address:1.2.3.4', "", "a\0b", "é", "\ufeffa"];
  assertEquals(altNames(certificate(...odd.map(dns))), odd);
});

pure("altNames() a long list", () => {
  const many = Array.from({ length: 1000 }, (_, index) => `h${index}.example.org`);
  assertEquals(altNames(certificate(...many.map(dns))), many);
});

pure("altNames() a certificate without extensions has none", () => {
  assertEquals(altNames(new Uint8Array(der(SEQUENCE, der(SEQUENCE, der(2, 1))))), []);
});

pure("altNames() refuses a certificate that is cut anywhere", () => {
  const whole = certificate(dns("localhost"), ip(127, 0, 0, 1));
  for (let end = 0; end < whole.length; end++) {
    assertThrows(() => altNames(whole.subarray(0, end)), RangeError);
  }
});
