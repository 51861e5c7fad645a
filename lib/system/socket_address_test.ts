import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pure } from "../../tests/support/pure.ts";
import { LARGEST_ADDRESS, packIp, packPath, unpack } from "./socket_address.ts";

const viewOf = (bytes: Uint8Array<ArrayBuffer>) => new DataView(bytes.buffer);

pure("an address of IP is the same once it is packed and unpacked", () => {
  const ipv4 = fc.ipV4(), ipv6 = fc.ipV6().map((ip) => new URL(`http://[${ip}]`).hostname.slice(1, -1));
  fc.assert(
    fc.property(fc.oneof(ipv4, ipv6), fc.nat(65_535), (hostname, port) => {
      fc.pre(!/^::ffff:/.test(hostname));
      const bytes = packIp({ hostname, port });
      assertEquals(unpack(viewOf(bytes), bytes.length), { hostname, port });
    }),
  );
});

pure("an IPv4 address in IPv6 is written as the runtime writes it", () => {
  const bytes = packIp({ hostname: "::ffff:127.0.0.1", port: 7 });
  assertEquals(unpack(viewOf(bytes), bytes.length), { hostname: "::ffff:127.0.0.1", port: 7 });
});

pure("an address of one link has the number of its interface", () => {
  assertEquals(viewOf(packIp({ hostname: "fe80::1", port: 7 }, 3)).getUint32(24, true), 3);
});

pure("the address of a Unix socket is a path, a name, or none", () => {
  for (const path of ["/run/x", "\0name", "/run/名"]) {
    const bytes = packPath(path);
    assertEquals(unpack(viewOf(bytes), bytes.length), { path });
  }
  assertEquals(unpack(viewOf(packPath("")), 2), {});
  // The kernel ends a path with a NUL byte, which may be counted.
  const room = new Uint8Array(LARGEST_ADDRESS);
  room.set(packPath("/run/x"));
  assertEquals(unpack(viewOf(room), room.length), { path: "/run/x" });
});

pure("a path that no address can hold is refused", () => {
  assertEquals(packPath("x".repeat(107)).length, LARGEST_ADDRESS);
  assertThrows(() => packPath("x".repeat(108)), TypeError);
  assertThrows(() => packPath("名".repeat(36)), TypeError);
});
