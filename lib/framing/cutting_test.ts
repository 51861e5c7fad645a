import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  anyCut,
  checkCutting,
  CUTTING_SPECS,
  encoded,
  encodes,
  hostileBytes,
  outcome,
  smallestLimit,
  utf8,
} from "./_testing.ts";
import { ByteBuffer } from "./byte_buffer.ts";
import { parseSpec } from "./spec.ts";
import { type Encoder, FrameError, type Framing } from "./types.ts";

for (const spec of CUTTING_SPECS) {
  Deno.test({
    name: `${spec} gives the same frames and errors however hostile bytes are cut`,
    permissions: "none",
    fn() {
      for (const maxFrame of [smallestLimit(spec), 30]) checkCutting(spec, maxFrame);
    },
  });

  Deno.test({
    name: `${spec} gives back what was encoded, however it is cut`,
    permissions: "none",
    fn() {
      fc.assert(fc.property(fc.array(anyBody(spec), { maxLength: 8 }), anyCut, (candidates, cut) => {
        const codec = parseSpec(spec, 300);
        const out = new ByteBuffer();
        const { encoder } = openAnswering(codec.open());
        const ends: number[] = [];
        const bodies = candidates.filter((body) =>
          comesBack(encoder, body) && encodes(encoder, body, out) && ends.push(out.length)
        );
        assertEquals(
          outcome(codec, out.bytes(), cut),
          bodies.map((body, i) => `${body.toHex()} until ${ends[i]}`),
        );
      }));
    },
  });

  Deno.test({
    name: `${spec} makes frames or typed errors of a million random bytes`,
    permissions: "none",
    fn() {
      const random = randomBytes(1_000_000);
      let events = 0;
      for (let at = 0; at < random.length;) {
        const { decoder } = parseSpec(spec, 1000).open();
        for (let fatal = false; !fatal && at < random.length; at += 4096) {
          decoder.feed(random.subarray(at, at + 4096));
          while (!fatal) {
            try {
              if (decoder.next() === undefined) break;
            } catch (error) {
              assert(error instanceof FrameError);
              fatal = !error.recoverable;
            }
            events++;
          }
          assert(decoder.buffered <= 1000 + 8);
        }
      }
      assert(events > 0, `${events} frames and errors`);
    },
  });
}

Deno.test({
  name: "a fatal error is thrown again by every further next",
  permissions: "none",
  fn() {
    for (
      const [spec, stream] of [["len:i32le", "aaaa"], ["netstring", "x"], ["line", "a"], ["fixed:2", "a"]]
    ) {
      const { decoder } = parseSpec(spec, 10).open();
      decoder.feed(utf8(stream));
      decoder.end();
      const errors = [1, 2].map(() => {
        try {
          return decoder.next();
        } catch (error) {
          return error;
        }
      });
      assert(errors[0] instanceof FrameError, spec);
      assertEquals(errors[0], errors[1]);
    }
  },
});

Deno.test({
  name: "a frame that lies whole in one chunk is a view of it",
  permissions: "none",
  fn() {
    for (const spec of [...CUTTING_SPECS, "raw"]) {
      const { decoder, encoder } = openAnswering(parseSpec(spec, 16).open());
      const body = [3, 16].map((length) => utf8("a".repeat(length))).find((body) =>
        encodes(encoder, body, new ByteBuffer())
      );
      const wire = encoded(encoder, body!);
      decoder.feed(wire);
      assertEquals(decoder.next()?.buffer, wire.buffer, spec);
    }
  },
});

Deno.test({
  name: "errors name the option, the limit and the place",
  permissions: "none",
  fn() {
    const events = outcome(parseSpec("len:i32le", 5), Uint8Array.of(1, 0, 0, 0, 7, 255, 255, 255, 127));
    assertEquals(events, [
      "07 until 5",
      "frame_too_long at 5: frame of 2147483647 bytes is over the limit of 5 at byte 5",
    ]);
    for (const spec of CUTTING_SPECS) {
      fc.assert(fc.property(hostileBytes(spec), (stream) => {
        for (const event of outcome(parseSpec(spec, smallestLimit(spec)), stream)) {
          const offset = event.match(/^frame_\w+ at (\d+):/)?.[1];
          if (offset !== undefined) assert(new RegExp(`at byte ${offset}\\b`).test(event), event);
        }
      }));
    }
  },
});

/** Bodies that try the borders of what `spec` can hold. */
function anyBody(spec: string): fc.Arbitrary<Uint8Array> {
  const special = fc.constantFrom(0, 1, 0x0a, 0x0d, 0x61, 0xc0, 0xdb, 0xdc, 0xff);
  const size = Number(spec.match(/^fixed:(\d+)$/)?.[1] ?? 0);
  const short = fc.array(special, { minLength: size && size - 1, maxLength: size ? size + 1 : 12 });
  const long = fc.integer({ min: 250, max: 300 }).map((length) => Array(length).fill(7));
  return fc.oneof(short, long).map((array) => Uint8Array.from(array));
}

/** Opens `framing` so that it answers in whole lines: `text` does so only once a newline came. */
function openAnswering(framing: Framing): Framing {
  const { decoder } = framing;
  if (decoder.nextTimeout !== undefined) {
    decoder.feed(utf8("\n"));
    decoder.next();
  }
  return framing;
}

/** Whether a body can come back as it is: a line can't tell a `\r` at its end from its terminator's. */
function comesBack(encoder: Encoder, body: Uint8Array): boolean {
  const frame = new ByteBuffer();
  return body.at(-1) !== 0x0d || !encodes(encoder, body, frame) || frame.bytes().at(-1) !== 0x0a;
}

/** The same bytes each time (xorshift32). */
function randomBytes(count: number): Uint8Array {
  const random = new Uint8Array(count);
  let state = 0x9e3779b9;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    random[i] = state;
  }
  return random;
}
