import { PinwireError } from "../errors.ts";
import type { ByteBuffer } from "./byte_buffer.ts";

/**
 * Cuts a byte stream into frames without any I/O: bytes in, frames out.
 *
 * Feed a chunk, then take frames until there are none. Frames before a bad one are still delivered, then
 * `next` throws. A frame is a view, either of the chunk it lay whole in (so it is good until that chunk is
 * overwritten) or of memory of its own; nothing is copied for a frame that lies whole in one chunk.
 */
export interface Decoder {
  /** Takes the next bytes of the stream. `now` in ms is read only by decoders with `nextTimeout`. */
  feed(chunk: Uint8Array, now?: number): void;
  /**
   * The next whole frame's body, or `undefined` when more bytes are needed.
   *
   * @throws {FrameError} at a malformed or too long frame, or after `end` inside one. If the error is
   * `recoverable`, the next call goes on behind it; otherwise every further call throws the same error.
   */
  next(): Uint8Array | undefined;
  /** The stream is at its end. What is left comes out of `next`, as a frame or as an error. */
  end(): void;
  /** Offset in the stream, in bytes, just behind the last frame (or recoverable error) that `next` gave. */
  readonly offset: number;
  /** Bytes of an unfinished frame that the decoder holds in memory of its own. */
  readonly buffered: number;
  /** Changes the longest body, in bytes, from the next frame on: more for a peer that has proven itself. */
  limit?(maxFrame: number): void;
  /** The most bytes that a chunk should have, where a chunk is a message; `undefined` where its size is no matter. */
  readonly largestChunk?: number;
  /** Whether a `\n` has ended a message so far; `undefined` where frames have ends of their own. */
  readonly sawNewline?: boolean;
  /** When `timeout` wants to be called, in ms of the clock of `feed`; `undefined` for not at all. */
  nextTimeout?(): number | undefined;
  /** Tells that it is `now`; afterwards `next` may have a frame. */
  timeout?(now: number): void;
}

/** Puts a frame's border around a body. */
export interface Encoder {
  /**
   * Appends the frame with this body to `out`.
   *
   * @throws {FrameError} `unencodable` if this frame can't hold the body; `out` is as it was.
   */
  encode(body: Uint8Array, out: ByteBuffer): void;
}

/** Both directions of one connection. They belong together: `text` answers in the form that it was asked in. */
export interface Framing {
  /** Cuts what comes. */
  readonly decoder: Decoder;
  /** Makes the frames of what goes. */
  readonly encoder: Encoder;
}

/** A way to cut streams into frames, as a `--frame` SPEC names it. */
export interface Codec {
  /** The SPEC in its canonical form, such as `len:i32le`. */
  readonly spec: string;
  /** Whether a message is whatever one read gave, so that a character may be cut over two of them. */
  readonly isPerRead?: boolean;
  /** Whether it cuts at each byte 0a, which is only half of a newline in encodings such as UTF-16. */
  readonly isLineBased?: boolean;
  /** The bytes of a frame, by the first of them, in front of what its body has: a length or the like; none if not given. */
  head?(first: number): number;
  /** A fresh pair for one connection. */
  open(): Framing;
}

/** What codecs of text need to know of it and its encoding. */
export interface TextForm {
  /** Bytes in front of a stream that belong to no message, such as UTF-8's byte order mark. */
  readonly mark?: Uint8Array;
  /** Whether bytes end inside a character, or a word, so that its rest is still to come. */
  endsInside(bytes: Uint8Array): boolean;
}

/** What was wrong with a frame. */
export type FrameErrorCode =
  /** Longer than the limit that `--max-frame` sets. */
  | "frame_too_long"
  /** A length that no frame can have, such as a negative one. */
  | "frame_bad_length"
  /** Bytes that this kind of frame can't contain. */
  | "frame_malformed"
  /** The stream ended inside a frame. */
  | "frame_truncated"
  /** A body that this kind of frame can't hold. */
  | "frame_unencodable";

/** A frame that is none, with the place in the stream where it begins to be wrong. */
export class FrameError extends PinwireError {
  /** `FrameError`. */
  override name = "FrameError";
  /** What is wrong. */
  declare readonly code: FrameErrorCode;
  /** Offset in the stream, in bytes, of the first byte of the frame that is wrong (0 from an encoder). */
  readonly offset: number;
  /** Whether the decoder finds the next frame by itself. */
  readonly recoverable: boolean;

  /** See the fields; `hint` is what to do next. */
  constructor(
    code: FrameErrorCode,
    message: string,
    { offset = 0, recoverable = false, hint }: { offset?: number; recoverable?: boolean; hint?: string } = {},
  ) {
    super(code, message, { hint });
    this.offset = offset;
    this.recoverable = recoverable;
  }
}
