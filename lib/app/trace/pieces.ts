import type { Encoding } from "../../text/mod.ts";
import type { DataEvent, DataPiece } from "../events/data.ts";
import type { Segment } from "./borders.ts";

/** Frames of a read that pages are told of; one of 64 KiB may hold 32,768. */
const MOST_PIECES = 64;
/** Bytes of a frame that they are told as text. */
const MOST_BYTES = 2_048;

/** What reads the frames that pages are told of: the text of each, or its start; nothing if it is no text. */
export const frameText = (encoding: Encoding) => (body: Uint8Array): string | undefined => {
  // A character that is cut there is left out.
  if (body.length > MOST_BYTES) return `${encoding.stream().decode(body.subarray(0, MOST_BYTES)).text}…`;
  const { text, valid } = encoding.decode(body);
  return valid ? text : undefined;
};

/** What of frames is in a read, for a page to draw. */
export const piecesOf = (segments: readonly Segment[]): DataPiece[] =>
  segments.slice(0, MOST_PIECES).map(({ frame: _, ...piece }) => piece);

/** The same of a datagram, which is a frame; with how long that is. */
export function datagramPieces(bytes: Uint8Array, encoding: Encoding): Pick<DataEvent, "frames" | "pieces"> {
  const piece = { from: 0, to: bytes.length, begins: true, ends: true, text: frameText(encoding)(bytes) };
  return { frames: [bytes.length], pieces: [piece] };
}
