import type { Encoding } from "../../text/mod.ts";
import type { DataEvent, DataPiece } from "../events/data.ts";
import type { Segment } from "./borders.ts";

/** Frames of a read that pages are told of; one of 64 KiB may hold 32,768. */
const MOST_PIECES = 64;
/** Bytes of a frame that they are told as text. */
const MOST_BYTES = 2_048;

/** Pages that may look on. */
interface Pages {
  readonly isWatched: boolean;
}

/** What reads the frames that pages are told of, while one looks on: see {@linkcode textOf}. */
export const frameText = (encoding: Encoding, pages: Pages) => (body: Uint8Array): string | undefined =>
  pages.isWatched ? textOf(encoding, body) : undefined;

/** The text of a frame, or its start; nothing if it is no text. */
function textOf(encoding: Encoding, body: Uint8Array): string | undefined {
  // A character that is cut there is left out.
  if (body.length > MOST_BYTES) return `${encoding.stream().decode(body.subarray(0, MOST_BYTES)).text}…`;
  const { text, valid } = encoding.decode(body);
  return valid ? text : undefined;
}

/** What is told of a read, or of a datagram. */
export function dataEvent(
  from: DataEvent["from"],
  peer: string,
  bytes: Uint8Array,
  found: Pick<DataEvent, "frames" | "pieces">,
): DataEvent {
  return { event: "data", from, peer, bytes: bytes.length, hex: bytes.toHex(), ...found };
}

/** What of frames is in a read, for a page to draw. */
export const piecesOf = (segments: readonly Segment[]): DataPiece[] =>
  segments.slice(0, MOST_PIECES).map(({ frame: _, ...piece }) => piece);

/** The same of a datagram, which is a frame; with how long that is. */
export function datagramPieces(bytes: Uint8Array, encoding: Encoding): Pick<DataEvent, "frames" | "pieces"> {
  const piece = { from: 0, to: bytes.length, begins: true, ends: true, text: textOf(encoding, bytes) };
  return { frames: [bytes.length], pieces: [piece] };
}
