import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pure } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { parseSpec } from "../../framing/mod.ts";
import { FRAME_SPEC, TYPE } from "../protocol.ts";
import { parseFailure, parseResize, parseWindow } from "./bodies.ts";
import { makeError, makeFrame, makeResize, makeWindow, putHeader, splitFrame } from "./frame.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

const anyBody = fc.uint8Array({ maxLength: 300 });
const anyType = fc.integer({ min: 0, max: 255 });
const anyStream = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const anyText = fc.array(fc.integer({ min: 0, max: 0x10ffff }))
  .map((points) => String.fromCodePoint(...points).toWellFormed());
const anySize = fc.integer({ min: 0, max: 0xffff });

pure("makeFrame gives what a decoder of FRAME_SPEC and splitFrame take apart, however it is cut", () => {
  const anyFrame = fc.record({ type: anyType, stream: anyStream, body: anyBody });
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (frames, cut) => {
      const { decoder } = parseSpec(FRAME_SPEC).open();
      const sent = frames.flatMap(({ type, stream, body }) => [...makeFrame(type, stream, body)]);
      const got = [];
      for (let at = 0; at < sent.length; at += cut) {
        decoder.feed(Uint8Array.from(sent.slice(at, at + cut)));
        for (let frame; (frame = decoder.next());) {
          const { type, stream, body } = splitFrame(frame);
          got.push({ type, stream, body: body.slice() });
        }
      }
      assertEquals(got, frames.map((frame) => ({ ...frame, body: Uint8Array.from(frame.body) })));
    }),
  );
});

pure("makeFrame puts the length, the type and the stream in front, big endian", () => {
  assertEquals(makeFrame(8, 0x01020304, bytes("hi")).toHex(), "00000007" + "08" + "01020304" + "6869");
  assertEquals(makeFrame(15, 0).toHex(), "00000005" + "0f" + "00000000");
  assertEquals(makeFrame(200, 2 ** 32 - 1).toHex(), "00000005" + "c8" + "ffffffff");
});

pure("splitFrame refuses what is too short for a type and a stream", () => {
  for (let length = 0; length < 5; length++) {
    assertEquals(assertThrows(() => splitFrame(new Uint8Array(length)), PinwireError).code, "bad_frame");
  }
  assertEquals(splitFrame(new Uint8Array(5)), { type: 0, stream: 0, body: new Uint8Array() });
});

pure("putHeader writes over nothing but the nine bytes", () => {
  const frame = new Uint8Array(13).fill(0xee);
  putHeader(frame, 2, TYPE.stdout, 258, 65_536);
  assertEquals(frame.toHex(), "eeee" + "00010005" + "08" + "00000102" + "eeee");
});

pure("makeWindow, makeResize and makeError give what their parsers read", () => {
  const bodyOf = (frame: Uint8Array, type: number, stream: number) => {
    const split = splitFrame(frame.subarray(4));
    assertEquals([split.type, split.stream], [type, stream]);
    return split.body;
  };
  fc.assert(fc.property(anyStream, anyStream, anySize, anySize, (stream, count, rows, cols) => {
    const window = bodyOf(makeWindow(stream, count), TYPE.window, stream);
    assertEquals(parseWindow(window), count);
    const size = bodyOf(makeResize(stream, { rows, cols }), TYPE.resize, stream);
    assertEquals(parseResize(size), { rows, cols });
  }));
  fc.assert(fc.property(anyText, fc.option(anyText, { nil: undefined }), (message, hint) => {
    const failure = { code: "x", message, ...hint !== undefined && { hint } };
    const body = bodyOf(makeError(3, new PinwireError("x", message, { hint })), TYPE.error, 3);
    assertEquals(parseFailure(body), failure);
  }));
});
