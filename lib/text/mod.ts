/**
 * Text between people and bytes: encodings, hexdumps, dates in C's form, names, and what is safe on a
 * terminal.
 *
 * @module
 */
export { ctime } from "./ctime.ts";
export {
  canonicalEncoding,
  type Decoded,
  type Encoded,
  type Encoding,
  ENCODINGS,
  openEncoding,
  type StreamDecoder,
  utf8,
} from "./encoding.ts";
export { BYTES_PER_ROW, hexdumpRows, parseHex } from "./hexdump.ts";
export { readersOf } from "./readers.ts";
export { composed, composedName } from "./name.ts";
export { clipped, safeJson, visible, visibleLines } from "./visible.ts";
