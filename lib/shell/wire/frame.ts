import type { PinwireError } from "../../errors.ts";
import { TYPE } from "../protocol.ts";
import { badFrame, type TerminalSize } from "./bodies.ts";

/** Bytes before a body: the length, the type, the stream. */
export const HEADER = 9;
/** The same without the length, as a decoder gives them. */
const HEAD = 5;

/** A frame that came, taken apart. */
export interface Frame {
  readonly type: number;
  /** The command that it is about; 0 is the connection. */
  readonly stream: number;
  /** A view of the frame. */
  readonly body: Uint8Array;
}

/**
 * Writes a frame's header into `bytes` at `at`; the body of `length` bytes follows it.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const bytes = new Uint8Array(HEADER);
 * const stdinEnd = 7, stream = 1;
 * putHeader(bytes, 0, stdinEnd, stream, 0);
 * assertEquals(bytes, new Uint8Array([0, 0, 0, 5, 7, 0, 0, 0, 1]));
 * ```
 */
export function putHeader(bytes: Uint8Array, at: number, type: number, stream: number, length: number): void {
  putU32(bytes, at, HEAD + length);
  bytes[at + 4] = type;
  putU32(bytes, at + 5, stream);
}

/** A whole frame. */
export function makeFrame(
  type: number,
  stream: number,
  body: Uint8Array = NOTHING,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER + body.length);
  putHeader(frame, 0, type, stream, body.length);
  frame.set(body, HEADER);
  return frame;
}

const NOTHING = new Uint8Array();

/** A whole frame whose body is JSON. */
export function makeJsonFrame(type: number, stream: number, value: unknown): Uint8Array<ArrayBuffer> {
  return makeFrame(type, stream, new TextEncoder().encode(JSON.stringify(value)));
}

/** An `error` frame; on stream 0 nothing may follow it. */
export function makeError(stream: number, { code, message, hint }: PinwireError): Uint8Array<ArrayBuffer> {
  return makeJsonFrame(TYPE.error, stream, { code, message, ...hint !== undefined && { hint } });
}

/** A `window` frame. */
export function makeWindow(stream: number, count: number): Uint8Array<ArrayBuffer> {
  const frame = makeFrame(TYPE.window, stream, new Uint8Array(4));
  putU32(frame, HEADER, count);
  return frame;
}

/** A `resize` frame. */
export function makeResize(stream: number, { rows, cols }: TerminalSize): Uint8Array<ArrayBuffer> {
  return makeFrame(TYPE.resize, stream, Uint8Array.of(rows >> 8, rows & 0xff, cols >> 8, cols & 0xff));
}

/**
 * Takes a frame apart, as the decoder gives it.
 *
 * @throws {PinwireError} `bad_frame`
 */
export function splitFrame(frame: Uint8Array): Frame {
  if (frame.length < HEAD) throw badFrame(`a frame of ${frame.length} bytes`);
  return { type: frame[0], stream: readU32(frame, 1), body: frame.subarray(HEAD) };
}

function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

const readU32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>> 0;
