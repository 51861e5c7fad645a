import { FrameError } from "./types.ts";

/** The error of a frame at `offset` whose body is over `max` bytes; `size` is its size, if known: `7 bytes`. */
export function tooLong(offset: number, max: number, recoverable: boolean, size?: string): FrameError {
  const frame = size === undefined ? "frame" : `frame of ${size}`;
  return new FrameError("frame_too_long", `${frame} is over the limit of ${max} at byte ${offset}`, {
    offset,
    recoverable,
    hint: "check that both sides use the same --frame, or raise --max-frame",
  });
}

/** The error of a frame at `offset` of which only `held` bytes came before the stream ended. */
export function truncated(offset: number, held: number): FrameError {
  const bytes = held === 1 ? "1 byte" : `${held} bytes`;
  return new FrameError(
    "frame_truncated",
    `stream ended inside the frame at byte ${offset}, after ${bytes}`,
    {
      offset,
      hint: "the peer closed early, or --frame is not what it speaks",
    },
  );
}

/** The error of a frame at `offset` that breaks the rules of its kind, as `what` says: `netstring without a comma`. */
export function malformed(offset: number, what: string, recoverable: boolean): FrameError {
  return new FrameError("frame_malformed", `${what} at byte ${offset}`, {
    offset,
    recoverable,
    hint: "check that both sides use the same --frame",
  });
}

/** The error of a body that its frame can't hold. */
export function unencodable(message: string, hint?: string): FrameError {
  return new FrameError("frame_unencodable", message, { hint });
}
