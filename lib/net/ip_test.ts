import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pure } from "../../tests/support/pure.ts";
import { canonicalIp, isIpAddress, unmapped, withoutZone, withZoneOf } from "./ip.ts";

pure("canonicalIp gives RFC 5952's form, whatever was written", () => {
  const cases: [string, string][] = [
    ["2001:DB8::0:1", "2001:db8::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["fe80:0::1%eth0", "fe80::1%eth0"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["::FFFF:0a00:0001", "10.0.0.1"],
    ["10.0.0.1", "10.0.0.1"],
  ];
  for (const [written, one] of cases) assertEquals(canonicalIp(written), one, written);
});

pure("canonicalIp gives addresses of equal value the same text, and changes nothing the second time", () => {
  const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
  fc.assert(fc.property(groups, (groups) => {
    const long = groups.map((group) => group.toString(16).toUpperCase().padStart(4, "0")).join(":");
    const short = groups.map((group) => group.toString(16)).join(":");
    const one = canonicalIp(long);
    assertEquals(canonicalIp(short), one);
    assertEquals(canonicalIp(one!), one);
  }));
});

pure("isIpAddress knows an address from a name and from what is none", () => {
  for (
    const text of [
      "10.0.0.256",
      "10.0.0",
      "010.0.0.1",
      "1.2.3.4.5",
      "pi.local",
      "",
      ":",
      "1::2::3",
      "::1%",
      "::g",
    ]
  ) {
    assertEquals(isIpAddress(text), false, text);
  }
  for (const text of ["0.0.0.0", "255.255.255.255", "::", "::1%lo"]) {
    assertEquals(isIpAddress(text), true, text);
  }
});

pure("what a socket tells is compared without the prefix of IPv6, and without the zone", () => {
  assertEquals(unmapped("::ffff:127.0.0.1"), "127.0.0.1");
  assertEquals(unmapped("::ffff:a"), "::ffff:a");
  assertEquals(withoutZone("fe80::1%eth0"), "fe80::1");
  assertEquals(withZoneOf("fe80::1%eth0", "fe80::1"), "fe80::1%eth0");
  assertEquals(withZoneOf("fe80::1%eth0", "fe80::2"), "fe80::2");
  assertEquals(withZoneOf("localhost", "127.0.0.1"), "127.0.0.1");
});
