import { assertEquals, assertThrows } from "@std/assert";
import { pure } from "../../tests/support/pure.ts";
import { PinwireError } from "../errors.ts";
import { interfaceOf, isMulticast, isShared, zoned } from "./multicast.ts";

pure("isMulticast knows the groups of both families", () => {
  for (const host of ["224.0.0.1", "239.255.255.255", "ff02::1", "ff12::1%eth0"]) {
    assertEquals([host, isMulticast(host)], [host, true]);
  }
  for (
    const host of [
      "223.255.255.255",
      "240.0.0.1",
      "255.255.255.255",
      "fe80::1",
      "::1",
      "ff.example",
      "localhost",
    ]
  ) {
    assertEquals([host, isMulticast(host)], [host, false]);
  }
  assertEquals(["255.255.255.255", "224.0.0.1", "192.168.1.255"].map(isShared), [true, true, false]);
});

pure("zoned puts an interface behind what is an address on its link, or a group", () => {
  const on = { name: "eth0" };
  assertEquals(zoned("ff02::1", on), "ff02::1%eth0");
  assertEquals(zoned("ff05::1", on), "ff05::1%eth0");
  assertEquals(zoned("fe80::1", on), "fe80::1%eth0");
  assertEquals(zoned("ff02::1%lo", on), "ff02::1%lo");
  assertEquals([zoned("2001:db8::1", on), zoned("ff05::1")], ["2001:db8::1", "ff05::1"]);
  const error = assertThrows(() => zoned("ff02::1"), PinwireError);
  assertEquals(error.exitCode, 2);
});

pure("interfaceOf takes an IPv4 address without a right to look it up", () => {
  assertEquals(interfaceOf("192.0.2.5"), { ipv4: "192.0.2.5" });
});

Deno.test("interfaceOf finds an interface by its name and by its address, and names those that there are", () => {
  const { name, address } = Deno.networkInterfaces().find(({ family }) => family === "IPv4")!;
  assertEquals(interfaceOf(name).ipv4, address);
  const error = assertThrows(() => interfaceOf("no-such-interface"), PinwireError);
  assertEquals(error.exitCode, 2);
  assertEquals(error.hint!.includes(name), true);
});
