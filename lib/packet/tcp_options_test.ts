import { assertEquals } from "@std/assert";
import { flagNames } from "./tcp.ts";
import { parseTcpOptions } from "./tcp_options.ts";

const options = (hex: string) => parseTcpOptions(Uint8Array.fromHex(hex.replaceAll(" ", "")));

Deno.test({
  name: "parseTcpOptions reads what a SYN and a SACK of Linux have",
  permissions: "none",
  fn() {
    assertEquals(options("0204ffd7 0402080a 00000001 00000000 01030307"), [
      { kind: "mss", size: 65_495 },
      { kind: "SACK permitted" },
      { kind: "timestamps", value: 1, echo: 0 },
      { kind: "window scale", shift: 7 },
    ]);
    assertEquals(options("0101 0512 0000000a 00000014 fffffff0 00000005"), [
      { kind: "SACK", blocks: [[10, 20], [4_294_967_280, 5]] },
    ]);
  },
});

Deno.test({
  name: "parseTcpOptions ends at the end, and at an option that is cut or has no length",
  permissions: "none",
  fn() {
    assertEquals(options("1c04ffff 00 020405b4"), [{ kind: "other", number: 28 }]);
    for (const rest of ["02", "0204", "020405", "0200", "0201"]) {
      assertEquals(options(`0402 ${rest}`).length, 1);
    }
  },
});

Deno.test({
  name: "flagNames names each flag",
  permissions: "none",
  fn() {
    assertEquals(flagNames(0x1ff), ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE"]);
    assertEquals(flagNames(0), []);
  },
});
