import { assertEquals } from "@std/assert";
import { isChecksumRight, parseIp } from "../../packet/mod.ts";
import { dissect, FIELD_NAMES } from "./dissect.ts";
import { wrap } from "./packet.ts";
import { FIELDS_ZH } from "./texts.ts";

Deno.test({
  name: "every field of a header has its name in Chinese, and none is named that there isn't",
  permissions: "none",
  fn() {
    assertEquals(Object.keys(FIELDS_ZH).toSorted(), FIELD_NAMES.toSorted());
  },
});

Deno.test({
  name: "the layers of a packet are the packet, and its checksums are right",
  permissions: "none",
  fn() {
    for (const over of ["udp", "tcp"] as const) {
      const packet = wrap({ message: new TextEncoder().encode("hello"), over });
      assertEquals(isChecksumRight(parseIp(packet)!), true);
      const [message, transport, ip] = dissect(packet);
      assertEquals(ip.hex + transport.hex + message.hex, packet.toHex());
    }
  },
});
