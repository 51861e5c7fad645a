import { assert, assertEquals } from "@std/assert";
import { ByteBuffer } from "./byte_buffer.ts";

Deno.test({
  name: "ByteBuffer keeps what was appended while it grows",
  permissions: "none",
  fn() {
    const out = new ByteBuffer(1);
    for (let i = 0; i < 1000; i++) {
      if (i % 2 === 0) out.appendByte(i);
      else out.append(Uint8Array.of(i));
    }
    assertEquals(out.bytes(), Uint8Array.from({ length: 1000 }, (_, i) => i));
  },
});

Deno.test({
  name: "ByteBuffer clear uses small memory again and lets large memory go",
  permissions: "none",
  fn() {
    const out = new ByteBuffer(100);
    const first = out.bytes().buffer;
    out.append(new Uint8Array(100));
    out.clear();
    assertEquals(out.length, 0);
    assert(out.bytes().buffer === first);
    out.append(new Uint8Array(1000));
    out.clear(500);
    assert(out.bytes().buffer.byteLength < 500);
  },
});
