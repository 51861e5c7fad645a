import { assertEquals } from "@std/assert";
import { bytes, checkRefusal, codeOf, encoded, outcome, utf8 } from "../_testing.ts";
import { LENGTH_FORMATS, lengthCodec } from "./length_delimited.ts";

const HEADERS: Record<string, string> = {
  i32le: "02000000",
  i32be: "00000002",
  u32le: "02000000",
  u32be: "00000002",
  u16le: "0200",
  u16be: "0002",
  u8: "02",
};

Deno.test({
  name: "lengthCodec writes and reads the length of each format",
  permissions: "none",
  fn() {
    assertEquals(Object.keys(LENGTH_FORMATS), Object.keys(HEADERS));
    for (const [name, header] of Object.entries(HEADERS)) {
      const wire = encoded(lengthCodec(name, 10).open().encoder, utf8("hi"));
      assertEquals(wire.toHex(), header + "6869");
      assertEquals(outcome(lengthCodec(name, 10), wire), [`6869 until ${wire.length}`]);
    }
  },
});

Deno.test({
  name: "lengthCodec puts the bytes of a length in their order",
  permissions: "none",
  fn() {
    const body = new Uint8Array(0x1_02_03);
    const header = (name: string) =>
      encoded(lengthCodec(name, 1).open().encoder, body).subarray(0, 4).toHex();
    assertEquals(header("i32le"), "03020100");
    assertEquals(header("u32be"), "00010203");
    const wire = encoded(lengthCodec("u16be", 1).open().encoder, body.subarray(0, 0xfedc));
    assertEquals(wire.subarray(0, 2).toHex(), "fedc");
    assertEquals(outcome(lengthCodec("u16be", 0xffff), wire), [
      `${body.subarray(0, 0xfedc).toHex()} until ${wire.length}`,
    ]);
  },
});

Deno.test({
  name: "lengthCodec takes a length of 0 for an empty frame",
  permissions: "none",
  fn() {
    assertEquals(outcome(lengthCodec("i32le", 9), bytes("00000000 01000000 61")), [" until 4", "61 until 9"]);
  },
});

Deno.test({
  name: "lengthCodec refuses a negative length or one over the limit as soon as the header is there",
  permissions: "none",
  fn() {
    const { decoder } = lengthCodec("i32le", 9).open();
    decoder.feed(bytes("ff ff ff"));
    assertEquals(decoder.next(), undefined);
    decoder.feed(bytes("ff"));
    assertEquals(codeOf(() => decoder.next(), "frame length is -1 at byte 0"), "frame_bad_length");
    assertEquals(outcome(lengthCodec("u32be", 9), bytes("00000000 ffffffff")), [
      " until 4",
      "frame_too_long at 4: frame of 4294967295 bytes is over the limit of 9 at byte 4",
    ]);
    assertEquals(outcome(lengthCodec("u8", 9), bytes("0a")).length, 1);
  },
});

Deno.test({
  name: "lengthCodec reports a stream that ends inside a header or a body",
  permissions: "none",
  fn() {
    for (const wire of ["05", "05000000", "05000000 61626364"]) {
      const [event, ...more] = outcome(lengthCodec("i32le", 9), bytes(`01000000 61 ${wire}`)).slice(1);
      assertEquals([event.split(":")[0], more], ["frame_truncated at 5", []]);
    }
  },
});

Deno.test({
  name: "lengthCodec does not reserve the memory that a peer only announces",
  permissions: "none",
  fn() {
    const { decoder } = lengthCodec("i32le", 2 ** 30).open();
    decoder.feed(bytes("00000040"));
    assertEquals(decoder.next(), undefined);
    for (let i = 0; i < 1000; i++) {
      decoder.feed(bytes("61"));
      decoder.next();
    }
    assertEquals(decoder.buffered, 1004);
  },
});

Deno.test({
  name: "lengthCodec refuses a message that is too long for the width",
  permissions: "none",
  fn() {
    const { encoder } = lengthCodec("u8", 9).open();
    assertEquals(encoded(encoder, new Uint8Array(255)).length, 256);
    checkRefusal(
      encoder,
      new Uint8Array(256),
      "a message of 256 bytes is too long for len:u8, which holds 255",
    );
    checkRefusal(lengthCodec("u16le", 9).open().encoder, new Uint8Array(65_536), "which holds 65535");
  },
});

Deno.test({
  name: "lengthCodec's decoder takes another limit from the next frame on, for more or for less",
  permissions: "none",
  fn() {
    const { decoder } = lengthCodec("u8", 3).open();
    decoder.feed(bytes("03 616263 05"));
    assertEquals(decoder.next(), utf8("abc"));
    // The length has come, but was not read.
    decoder.limit!(5);
    decoder.feed(bytes("6162636465 02"));
    assertEquals(decoder.next(), utf8("abcde"));
    // Now it was read: the limit of a frame that has begun stays.
    assertEquals(decoder.next(), undefined);
    decoder.limit!(1);
    decoder.feed(bytes("6162 02"));
    assertEquals(decoder.next(), utf8("ab"));
    assertEquals(codeOf(() => decoder.next(), "over the limit of 1 at byte 13"), "frame_too_long");
    decoder.limit!(9);
    assertEquals(codeOf(() => decoder.next()), "frame_too_long");
  },
});
