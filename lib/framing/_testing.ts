import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ByteBuffer } from "./byte_buffer.ts";
import type { FrameHandler, FrameSource } from "./receive.ts";
import { FRAME_SPECS, parseSpec } from "./spec.ts";
import { type Codec, type Encoder, FrameError, type FrameErrorCode } from "./types.ts";

/** Details beside those of FRAME_SPECS: short frames, and delimiters that overlap themselves. */
const MORE_DETAILS = ["delim:0a", "delim:0d0d", "delim:61610d6161", "fixed:3"];

/** Every SPEC that cuts by content, wherever a read ends. */
export const CUTTING_SPECS = [...FRAME_SPECS.filter((spec) => !parseSpec(spec).isPerRead), ...MORE_DETAILS];

/** Bytes that a decoder may hold besides the largest body: a header, a `\r`, the start of a delimiter. */
const OVERHEAD = 8;

/** The bytes of `text` in UTF-8. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The bytes that `hex` spells; spaces are for reading. */
export function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex.replaceAll(" ", ""));
}

/** The frame of `body` as it goes over the wire. */
export function encoded(encoder: Encoder, body: Uint8Array): Uint8Array {
  const out = new ByteBuffer();
  encoder.encode(body, out);
  return out.bytes().slice();
}

/** Checks that `encoder` refuses `body`, says `message` and leaves what was written alone. */
export function checkRefusal(encoder: Encoder, body: Uint8Array, message: string): void {
  const out = new ByteBuffer();
  out.append(utf8("before"));
  assertEquals(codeOf(() => encoder.encode(body, out), message), "frame_unencodable");
  assertEquals(out.bytes(), utf8("before"));
}

/** The code of the FrameError with `message` in it that `act` throws. */
export function codeOf(act: () => unknown, message = ""): FrameErrorCode {
  return assertThrows(act, FrameError, message).code;
}

/** Hands over each text as a read of its own, and then ends. */
export function sourceOf(reads: (string | Uint8Array)[]): FrameSource {
  return {
    async receive(sink) {
      for (const read of reads) await sink(typeof read === "string" ? utf8(read) : read);
    },
  };
}

/** A handler that writes down what is called, `|` being a batch. */
export function recorder(): FrameHandler & { calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    onFrame: (frame) => void calls.push(new TextDecoder().decode(frame)),
    onBatch: () => void calls.push("|"),
    onError: (error) => void calls.push(`${error.code} at ${error.offset}`),
  };
}

/** How a stream is fed: the sizes of the chunks, and how often `next` is called after each. The rest comes last. */
export type Cut = readonly (readonly [size: number, calls: number])[];

/** Any way to cut a stream of some 100 bytes, drained after each chunk, not at all or in part. */
export const anyCut: fc.Arbitrary<Cut> = fc.array(
  fc.tuple(fc.nat(9), fc.constantFrom(Infinity, Infinity, 2, 1, 0)),
  { maxLength: 30 },
);

/** Bytes that mean something to a decoder, and one that doesn't; another decoder gets those of all. */
const ALPHABETS: Record<string, string> = {
  line: "0a 0d 61",
  text: "0a 0d 61",
  len: "00 00 00 01 02 03 04 ff",
  netstring: "30 31 32 33 34 3a 3a 2c 2c",
  delim: "0a 0d 61",
  fixed: "61 62",
  slip: "c0 db dc dd 61",
  cobs: "00 01 02 03 04 05 ff",
};

/** Bytes that a decoder of `spec` may meet: anything, bytes that it looks for, or frames of which one byte is wrong. */
export function hostileBytes(spec: string): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const alphabet = ALPHABETS[spec.split(":")[0]] ?? Object.values(ALPHABETS).join(" ");
  return fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.array(fc.constantFrom(...bytes(alphabet)), { maxLength: 120 }).map((array) => Uint8Array.from(array)),
    fc.tuple(fc.array(fc.uint8Array({ maxLength: 16 }), { maxLength: 8 }), fc.nat(), fc.nat(255)).map(
      ([bodies, at, byte]) => {
        const out = new ByteBuffer();
        const { encoder } = parseSpec(spec).open();
        for (const body of bodies) encodes(encoder, body, out);
        const stream = out.bytes().slice();
        if (stream.length) stream[at % stream.length] = byte;
        return stream;
      },
    ),
  );
}

/** Whether the encoder took `body`; one that refuses must leave `out` alone. */
export function encodes(encoder: Encoder, body: Uint8Array, out: ByteBuffer): boolean {
  const before = out.bytes().toHex();
  try {
    encoder.encode(body, out);
    return true;
  } catch (error) {
    assert(error instanceof FrameError);
    assertEquals(error.code, "frame_unencodable");
    assertEquals(out.bytes().toHex(), before);
    return false;
  }
}

/** The smallest limit of a frame, in bytes and from 3 on, that `spec` can have: that of `fixed:16` is 16. */
export function smallestLimit(spec: string): number {
  for (let limit = 3;; limit++) {
    try {
      parseSpec(spec, limit);
      return limit;
    } catch (error) {
      if (limit === 100) throw error;
    }
  }
}

/**
 * Everything that a decoder makes of `stream`: a line for each frame and each error, with its offsets. Chunks are
 * overwritten once they are drained, so that a decoder that still reads an old one is found out.
 */
export function outcome(codec: Codec, stream: Uint8Array, cut: Cut = [], maxFrame = Infinity): string[] {
  const { decoder } = codec.open();
  const events: string[] = [];
  let fatal = false;
  const drain = (calls: number) => {
    let left = calls;
    while (!fatal && left-- > 0) {
      try {
        const frame = decoder.next();
        if (frame === undefined) break;
        events.push(`${frame.toHex()} until ${decoder.offset}`);
        assert(frame.buffer.byteLength <= Math.max(maxFrame + OVERHEAD, stream.length));
      } catch (error) {
        assert(error instanceof FrameError);
        fatal = !error.recoverable;
        events.push(`${error.code} at ${error.offset}: ${error.message}`);
      }
    }
    assert(decoder.buffered <= maxFrame + OVERHEAD, `${decoder.buffered} bytes held`);
  };
  const undrained: Uint8Array[] = [];
  let at = 0;
  for (const [size, calls] of [...cut, [stream.length, Infinity] as const]) {
    const chunk = stream.slice(at, at + size);
    at += chunk.length;
    decoder.feed(chunk);
    undrained.push(chunk);
    drain(calls);
    if (calls < Infinity) continue;
    for (const used of undrained.splice(0)) used.fill(0xee);
  }
  decoder.end();
  drain(Infinity);
  return events;
}

/** Checks that any cutting of any bytes gives the same frames and errors, and holds no more than it should. */
export function checkCutting(spec: string, maxFrame: number): void {
  const codec = parseSpec(spec, maxFrame);
  fc.assert(
    fc.property(hostileBytes(spec), anyCut, (stream, cut) => {
      const whole = outcome(codec, stream);
      const parts = outcome(codec, stream, cut, maxFrame);
      assert(
        whole.join("\n") === parts.join("\n"),
        `whole:\n${whole.join("\n")}\nin parts:\n${parts.join("\n")}`,
      );
    }),
    { numRuns: 500 },
  );
}
