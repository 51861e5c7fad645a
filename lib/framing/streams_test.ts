import { assertEquals, assertRejects, fail } from "@std/assert";
import { toBytes, toTransformStream } from "@std/streams";
import { bytes, utf8 } from "./_testing.ts";
import { parseSpec } from "./spec.ts";
import { decoderStream, encoderStream } from "./streams.ts";
import { FrameError } from "./types.ts";

const texts = (frames: Uint8Array[]) => frames.map((frame) => new TextDecoder().decode(frame));
const open = (spec: string) => parseSpec(spec, 5).open();

Deno.test({
  name: "decoderStream gives one array for each chunk that completed frames",
  permissions: "none",
  async fn() {
    const batches = ReadableStream.from(["a\nb\nc", "d", "\n", ""].map(utf8))
      .pipeThrough(decoderStream(open("line").decoder));
    assertEquals(await Array.fromAsync(batches, texts), [["a", "b"], ["cd"]]);
  },
});

Deno.test({
  name: "decoderStream gives the rest at the end",
  permissions: "none",
  async fn() {
    const batches = ReadableStream.from(["a\nb"].map(utf8)).pipeThrough(decoderStream(open("text").decoder));
    assertEquals(await Array.fromAsync(batches, texts), [["a"], ["b"]]);
  },
});

Deno.test({
  name: "decoderStream hands recoverable errors over and goes on",
  permissions: "none",
  async fn() {
    const errors: FrameError[] = [];
    const batches = ReadableStream.from(["a\nabcdef\nb\n"].map(utf8))
      .pipeThrough(decoderStream(open("line").decoder, (error) => errors.push(error)));
    assertEquals(await Array.fromAsync(batches, texts), [["a", "b"]]);
    assertEquals(errors.map((error) => [error.code, error.offset]), [["frame_too_long", 2]]);
  },
});

Deno.test({
  name: "decoderStream ends in an error that is not handled",
  permissions: "none",
  async fn() {
    for (const [spec, stream] of [["line", "abcdef\n"], ["netstring", "x"], ["line", "a"]]) {
      const batches = ReadableStream.from([utf8(stream)]).pipeThrough(decoderStream(open(spec).decoder));
      await assertRejects(() => Array.fromAsync(batches), FrameError);
    }
    const fatal = ReadableStream.from([utf8("x")])
      .pipeThrough(decoderStream(open("netstring").decoder, () => fail("not recoverable")));
    await assertRejects(() => Array.fromAsync(fatal), FrameError);
  },
});

Deno.test({
  name: "encoderStream takes bodies and arrays of them",
  permissions: "none",
  async fn() {
    const chunks = ReadableStream.from([utf8("a"), [utf8("b"), utf8("c")], []])
      .pipeThrough(encoderStream(open("len:u8").encoder));
    assertEquals(await Array.fromAsync(chunks), [bytes("0161"), bytes("0162 0163")]);
  },
});

Deno.test({
  name: "encoderStream ends in the error of a body that the frame can't hold",
  permissions: "none",
  async fn() {
    const chunks = ReadableStream.from([utf8("\n")]).pipeThrough(encoderStream(open("line").encoder));
    await assertRejects(() => Array.fromAsync(chunks), FrameError, "newline");
  },
});

Deno.test({
  name: "the streams compose with @std/streams",
  permissions: "none",
  async fn() {
    const upperCase = toTransformStream(async function* (batches: ReadableStream<Uint8Array[]>) {
      for await (const batch of batches) yield texts(batch).map((text) => utf8(text.toUpperCase()));
    });
    const answer = ReadableStream.from(["a\nb", "c\n"].map(utf8))
      .pipeThrough(decoderStream(open("line").decoder))
      .pipeThrough(upperCase)
      .pipeThrough(encoderStream(open("netstring").encoder));
    assertEquals(await toBytes(answer), utf8("1:A,2:BC,"));
  },
});
