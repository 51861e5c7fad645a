import { assert, assertEquals } from "@std/assert";
import { Input } from "./input.ts";
import { Pending } from "./pending.ts";

Deno.test({
  name: "Pending reserves 16 times what has arrived at most",
  permissions: "none",
  fn() {
    const total = 1_000_000;
    const input = new Input();
    for (const size of [1, 7, 100, 60_000]) {
      const pending = new Pending();
      input.feed(new Uint8Array(size));
      pending.fill(input, total);
      assertEquals(pending.length, size);
      assert(pending.take().buffer.byteLength <= 16 * size);
      input.advance();
    }
  },
});

Deno.test({
  name: "Pending reserves what the frame needs and no more",
  permissions: "none",
  fn() {
    const pending = new Pending();
    const input = new Input();
    while (pending.length < 100_000) {
      input.feed(new Uint8Array(7777));
      pending.fill(input, 100_000);
    }
    assertEquals(pending.take().buffer.byteLength, 100_000);
    for (let i = 0; i < 1000; i++) pending.append(new Uint8Array(10), 0, 10, 10_000);
    assertEquals(pending.take().buffer.byteLength, 10_000);
    for (let i = 0; i < 1000; i++) pending.appendByte(i, 1000);
    assertEquals(pending.at(999), 999 & 0xff);
    assertEquals(pending.take().buffer.byteLength, 1000);
  },
});

Deno.test({
  name: "Pending keeps no memory once its bytes are taken",
  permissions: "none",
  fn() {
    const pending = new Pending();
    pending.append(new Uint8Array(10), 0, 10, 10);
    assertEquals(pending.take(2, 5).length, 3);
    assertEquals(pending.length, 0);
    assertEquals(pending.take().buffer.byteLength, 0);
  },
});
