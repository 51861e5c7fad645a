import { assert, assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Blocks, captures, pcap } from "../_captures.ts";
import { outcome } from "./_reading.ts";
import { CaptureError } from "./capture_error.ts";
import { CaptureReader } from "./capture_reader.ts";

const CAPTURES = Object.entries(captures());
const PACKET = new Uint8Array(21).fill(7);

for (const [name, file] of CAPTURES) {
  Deno.test({
    name: `a capture gives the same packets and error however it is fed: ${name}`,
    permissions: "none",
    fn() {
      const whole = outcome(file);
      const sizes = fc.array(fc.oneof(fc.nat(20), fc.nat(2000)), { maxLength: 40 });
      fc.assert(fc.property(sizes, (sizes) => assertEquals(outcome(file, sizes), whole)), { numRuns: 30 });
      assertEquals(outcome(file, Array(file.length).fill(1)), whole);
    },
  });

  Deno.test({
    name: `a capture that ends anywhere gives what came before, and says where it breaks off: ${name}`,
    permissions: "none",
    fn() {
      const whole = outcome(file).filter((line) => !line.startsWith("capture_"));
      const step = Math.ceil(file.length / 500);
      for (let end = 0; end < file.length; end += step) {
        const lines = outcome(file.subarray(0, end));
        const error = lines.at(-1)?.match(/^(capture_\w+) at (\d+)/);
        const packets = error ? lines.slice(0, -1) : lines;
        assertEquals(packets, whole.slice(0, packets.length));
        if (!error) continue;
        assertEquals(error[1], end < 4 ? "capture_unknown" : "capture_truncated");
        assertLessOrEqual(Number(error[2]), end);
      }
    },
  });
}

Deno.test({
  name: "any mutation of a capture gives packets or a typed error, the same however it is fed",
  permissions: "none",
  fn() {
    const mutated = fc.tuple(
      fc.constantFrom(...CAPTURES),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 6, 40)), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.nat(300),
    );
    fc.assert(
      fc.property(mutated, ([[, file], changes, size]) => {
        const copy = file.slice(0, 3000);
        for (const [at, byte] of changes) copy[at % copy.length] = byte;
        assertEquals(outcome(copy, Array(10).fill(size)), outcome(copy));
      }),
      { numRuns: 1000 },
    );
  },
});

Deno.test({
  name: "each error says what is wrong, and where, and what to do",
  permissions: "none",
  fn() {
    const ng = (blocks: Blocks) => blocks.bytes;
    const wrongEnd = ng(new Blocks().interface(101).simple(PACKET));
    wrongEnd[wrongEnd.length - 4] ^= 1;
    const wrongSize = ng(new Blocks().interface(101));
    wrongSize[32] = 19;
    const noOrder = ng(new Blocks());
    noOrder[8] = 0;
    const later = ng(new Blocks());
    later[12] = 2;
    const cutOption = ng(new Blocks().interface(101, 0, [[2, PACKET]]));
    cutOption[46] = 99;
    const long = new Uint8Array(1_048_600);
    const cases: [file: Uint8Array, error: string][] = [
      [new Uint8Array(0), "capture_unknown at 0: this is no capture, it is too short"],
      [new TextEncoder().encode("GET /"), "capture_unknown at 0: this is no capture, it begins as neither"],
      [pcap([]).with(4, 3), "capture_unknown at 0: pcap of version 3 isn't known"],
      [later, "capture_unknown at 0: pcapng of version 2 isn't known"],
      [
        noOrder,
        "capture_malformed at 0: the capture is damaged at byte 0, it has a section without byte order",
      ],
      [pcap([PACKET, PACKET]).subarray(0, 70), "capture_truncated at 61: the capture breaks off inside of"],
      [pcap([PACKET]).with(35, 1), "capture_too_large at 24: the capture has a packet of 16777237 bytes at"],
      [wrongSize, "capture_malformed at 28: the capture is damaged at byte 28, it has a block of 19 bytes"],
      [
        wrongEnd,
        "capture_malformed at 48: the capture is damaged at byte 48, it has a block of 40 bytes that ends",
      ],
      [cutOption, "capture_malformed at 28: the capture is damaged at byte 28, it has an option of 99 bytes"],
      [
        ng(new Blocks().simple(PACKET)),
        "capture_malformed at 28: the capture is damaged at byte 28, it has a packet of inte",
      ],
      [ng(new Blocks().interface(1).packet(1, 0n, PACKET)), "capture_malformed at 48: "],
      [ng(new Blocks().interface(1).packet(0, 0n, PACKET)).with(68, 99), "capture_malformed at 48: "],
      [
        ng(new Blocks().interface(1).simple(PACKET, 25)),
        "capture_malformed at 48: the capture is damaged at byte 48, it has ",
      ],
      [ng(new Blocks().interface(1).simple(long)), "capture_too_large at 48: the capture has a block of"],
      [
        ng(new Blocks().interface(1).simple(long.subarray(0, 300_000))),
        "capture_too_large at 48: the capture has a p",
      ],
    ];
    for (const [file, error] of cases) {
      const last = outcome(file).at(-1) ?? "";
      assert(last.startsWith(error), `${error}\n${last}`);
      const reader = new CaptureReader();
      reader.feed(file);
      reader.end();
      assert(assertThrows(() => [...packetsOf(reader)], CaptureError).hint, error);
    }
  },
});

Deno.test({
  name: "an error is thrown again by every further next, whatever is fed",
  permissions: "none",
  fn() {
    const reader = new CaptureReader();
    reader.feed(new TextEncoder().encode("hello"));
    const error = assertThrows(() => reader.next(), CaptureError);
    reader.feed(pcap([PACKET]));
    assertEquals(assertThrows(() => reader.next(), CaptureError), error);
    assertEquals(error.exitCode, 1);
  },
});

Deno.test({
  name:
    "memory is taken for what came, not for what a header claims, and none for blocks that are passed over",
  permissions: "none",
  fn() {
    const reader = new CaptureReader();
    reader.feed(new Blocks().interface(101).bytes);
    assertEquals(reader.next(), undefined);
    // An enhanced packet of 1 MiB, of which the first bytes came.
    reader.feed(Uint8Array.of(6, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    assertEquals(reader.next(), undefined);
    assertEquals(reader.buffered, 32);

    const passing = new CaptureReader();
    passing.feed(new Blocks().bytes);
    // A block of 4 GiB of a type that isn't known.
    passing.feed(Uint8Array.of(0xd, 0, 0, 0, 0xfc, 0xff, 0xff, 0xff, 0, 0, 0, 0));
    for (let i = 0; i < 100; i++) {
      passing.feed(new Uint8Array(65_536));
      assertEquals(passing.next(), undefined);
      assertEquals(passing.buffered, 0);
    }
    passing.end();
    assertEquals(assertThrows(() => passing.next(), CaptureError).offset, 28);
  },
});

Deno.test({
  name: "a packet that lies whole in one chunk is a view of it",
  permissions: "none",
  fn() {
    const file = pcap([PACKET]);
    const reader = new CaptureReader();
    reader.feed(file);
    assertEquals(reader.next()?.bytes.buffer, file.buffer);
    assertEquals(reader.offset, file.length);
  },
});

function* packetsOf(reader: CaptureReader) {
  for (let packet; (packet = reader.next());) yield packet;
}
