/**
 * Cuts byte streams into messages without doing any I/O. A SPEC such as `len:i32le` names a {@linkcode Codec};
 * `open` makes a decoder and an encoder for one connection; {@linkcode receiveFrames} or the streams feed them.
 *
 * @module
 */
export { ByteBuffer } from "./byte_buffer.ts";
export {
  type FrameClock,
  type FrameHandler,
  type FrameSource,
  type ReadRoom,
  receiveFrames,
} from "./receive.ts";
export { DEFAULT_MAX_FRAME, endingLines, FRAME_SPECS, parseSpec } from "./spec.ts";
export { decoderStream, encoderStream } from "./streams.ts";
export {
  type Codec,
  type Decoder,
  type Encoder,
  FrameError,
  type FrameErrorCode,
  type Framing,
} from "./types.ts";
