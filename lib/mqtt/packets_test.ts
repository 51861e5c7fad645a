import { assertEquals, assertThrows } from "@std/assert";
import { encodePacket, LONGEST_PACKET, PacketParser } from "./packets.ts";

// No `permissions: "none"`: the package asks for the environment when it is loaded.

const said = (text: string) =>
  encodePacket({ cmd: "publish", topic: "t", payload: text, qos: 1, messageId: 7, retain: true, dup: false });

Deno.test("PacketParser gives the same packets however the stream is cut, from memory that is used again", () => {
  const stream = new Uint8Array([...said("one"), ...encodePacket({ cmd: "pingresp" }), ...said("two")]);
  for (const size of [1, 2, 7, stream.length]) {
    const parser = new PacketParser();
    const found: string[] = [];
    const buffer = new Uint8Array(size);
    for (let at = 0; at < stream.length; at += size) {
      const part = stream.subarray(at, at + size);
      buffer.set(part);
      for (const packet of parser.feed(buffer.subarray(0, part.length))) {
        found.push(packet.cmd === "publish" ? `${packet.payload} ${packet.retain}` : packet.cmd);
      }
    }
    assertEquals(found, ["one true", "pingresp", "two true"], `${size} bytes each`);
  }
});

Deno.test("PacketParser throws for what is no MQTT, and for a packet that never ends", () => {
  assertThrows(() => new PacketParser().feed(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n")));
  const parser = new PacketParser();
  const endless = new Uint8Array(LONGEST_PACKET + 10);
  // A PUBLISH of 268,435,455 bytes.
  endless.set([0x30, 0xff, 0xff, 0xff, 0x7f]);
  assertThrows(() => parser.feed(endless), Error, `a packet longer than ${LONGEST_PACKET} bytes`);
});
