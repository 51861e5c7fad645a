import { ByteBuffer } from "./byte_buffer.ts";
import { type Decoder, type Encoder, FrameError } from "./types.ts";

/**
 * Makes a stream of frames out of a stream of bytes. Each chunk gives one array of the frames that it completed,
 * since one `enqueue` for each frame takes five times as long. Chunks must not be written to afterwards. There
 * is no clock here, so an unfinished line of `text` comes out only at the end of the stream.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lineCodec } from "./codecs/line.ts";
 * const frames = ReadableStream.from(["one\ntwo\nth", "ree\n"])
 *   .pipeThrough(new TextEncoderStream())
 *   .pipeThrough(decoderStream(lineCodec(100).open().decoder));
 * const counts = await Array.fromAsync(frames, (batch) => batch.length);
 * assertEquals(counts, [2, 1]);
 * ```
 *
 * @param onError takes the errors that the decoder recovers from; without it they end the stream too
 */
export function decoderStream(
  decoder: Decoder,
  onError?: (error: FrameError) => void,
): TransformStream<Uint8Array, Uint8Array[]> {
  const deliver = (controller: TransformStreamDefaultController<Uint8Array[]>) => {
    const frames: Uint8Array[] = [];
    try {
      collect(decoder, frames, onError);
    } finally {
      if (frames.length > 0) controller.enqueue(frames);
    }
  };
  return new TransformStream({
    transform(chunk, controller) {
      decoder.feed(chunk);
      deliver(controller);
    },
    flush(controller) {
      decoder.end();
      deliver(controller);
    },
  });
}

/**
 * Makes a stream of bytes out of a stream of bodies, or of arrays of bodies as {@linkcode decoderStream} gives
 * them: one chunk for each. A body that the frame can't hold ends the stream with the encoder's error.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lengthCodec } from "./codecs/length_delimited.ts";
 * const bytes = ReadableStream.from([new Uint8Array([7]), new Uint8Array([8])])
 *   .pipeThrough(encoderStream(lengthCodec("u8", 100).open().encoder));
 * assertEquals(await Array.fromAsync(bytes), [new Uint8Array([1, 7]), new Uint8Array([1, 8])]);
 * ```
 */
export function encoderStream(
  encoder: Encoder,
): TransformStream<Uint8Array | readonly Uint8Array[], Uint8Array<ArrayBuffer>> {
  const out = new ByteBuffer();
  return new TransformStream({
    transform(bodies, controller) {
      if (bodies instanceof Uint8Array) encoder.encode(bodies, out);
      else for (const body of bodies) encoder.encode(body, out);
      if (out.length > 0) controller.enqueue(out.bytes().slice());
      out.clear();
    },
  });
}

function collect(decoder: Decoder, frames: Uint8Array[], onError?: (error: FrameError) => void): void {
  for (;;) {
    try {
      let frame: Uint8Array | undefined;
      while ((frame = decoder.next()) !== undefined) frames.push(frame);
      return;
    } catch (error) {
      if (!(error instanceof FrameError) || !error.recoverable || !onError) throw error;
      onError(error);
    }
  }
}
