// @ts-check
import { bytesOf, hexOf, partOf, textOf, visible } from "./bytes.js";
import { lettersOf } from "./layout.js";

/** Frames of a read that are drawn; one of 64 KiB may hold 32,768. */
export const DRAWN_PIECES = 40;
/** Characters of a block's name. */
const NAME = 200;
/** Letters of a block's text: of a longer one its start and its end, as what differs is mostly there. */
const LABEL = 16, START = 5, END = 9;

/**
 * A part of a read: a frame or what of a frame is in it; bytes `outside` of any; or what is too much to be drawn
 * (`more`). The indexes are bytes of the read.
 *
 * @typedef {object} Piece
 * @property {"frame" | "outside" | "more"} kind
 * @property {number} from
 * @property {number} to
 * @property {boolean} begins whether the frame begins here
 * @property {boolean} ends whether it ends here
 * @property {string} name what is in the frame, as far as it has come: its text, else its bytes in hex
 * @property {string} label its start and its end, or those of what came of it in this read
 * @property {number} frames how many of them it is
 * @property {number} x from the left edge of the read
 * @property {number} width
 */

/**
 * How many reads of each side have frames that stick together, and how many have torn ones.
 *
 * @typedef {Record<"client" | "server", { stuck: number, torn: number }>} Marks
 */

/**
 * What came by one read.
 *
 * @typedef {object} Read
 * @property {number} number from 0, in the order in which they came
 * @property {number} time ms since 1970
 * @property {"client" | "server"} from
 * @property {number} bytes
 * @property {Uint8Array} kept its first bytes
 * @property {Piece[]} pieces
 * @property {number} frames how many ended in it
 * @property {boolean} isTorn whether a frame began before it, or goes on behind it
 * @property {Marks} before of the reads before it in its lane, dropped ones included
 * @property {number} gap ms since the read before of the same connection; 0 for the first one
 * @property {number} x its left edge in the lane
 * @property {number} width
 */

/**
 * The parts of a read that a `data` event tells of, from its first byte to its last.
 *
 * @param {{ bytes: number, hex: string, frames: number[], pieces?: { from: number, to: number, begins: boolean, ends: boolean, text?: string }[] }} event
 * @returns {Pick<Read, "bytes" | "kept" | "pieces" | "frames" | "isTorn">}
 */
export function readOf({ bytes, hex, frames, pieces }) {
  const kept = bytesOf(hex);
  /** @type {Piece[]} */
  const drawn = [];
  let at = 0, ended = 0;
  // Who doesn't tell where frames end tells how many did.
  for (const piece of (pieces ?? whole(bytes, frames)).slice(0, DRAWN_PIECES)) {
    if (piece.from > at) drawn.push(pieceOf("outside", { from: at, to: piece.from }, kept));
    drawn.push(pieceOf("frame", piece, kept));
    at = piece.to;
    if (piece.ends) ended++;
  }
  const more = pieces ? frames.length - ended : 0;
  if (at < bytes) {
    drawn.push({ ...pieceOf(more > 0 ? "more" : "outside", { from: at, to: bytes }, kept), frames: more });
  }
  const isTorn = drawn.some(({ kind, begins, ends }) => kind === "frame" && !(begins && ends));
  return { bytes, kept, pieces: drawn, frames: frames.length, isTorn };
}

/**
 * @param {number} bytes
 * @param {readonly number[]} frames
 */
const whole = (bytes, frames) => [{ from: 0, to: bytes, begins: true, ends: frames.length > 0 }];

/**
 * @param {Piece["kind"]} kind
 * @param {{ from: number, to: number, begins?: boolean, ends?: boolean, text?: string }} part
 * @param {Uint8Array} kept
 * @returns {Piece}
 */
function pieceOf(kind, { from, to, begins = true, ends = true, text }, kept) {
  const bytes = kept.subarray(from, to);
  const isWhole = begins && ends && bytes.length === to - from;
  const here = isWhole ? textOf(bytes) : partOf(bytes);
  const all = text === undefined ? shown(here, bytes) : visible(text);
  const own = text === undefined || here === undefined ? shown(here, bytes) : visible(endOf(text, here));
  const name = shorten(all, NAME) + (ends ? "" : "…");
  const label = begins ? brief(all) + (ends ? "" : "…") : `…${brief(own)}${ends ? "" : "…"}`;
  return { kind, from, to, begins, ends, name, label, frames: 1, x: 0, width: 0 };
}

/**
 * @param {string | undefined} text
 * @param {Uint8Array} bytes
 */
const shown = (text, bytes) => text === undefined ? hexOf(bytes.subarray(0, NAME)) : visible(text);

/**
 * What the last part of a frame has of its text: all but what marks the border, which may be behind it.
 *
 * @param {string} text
 * @param {string} part
 */
function endOf(text, part) {
  for (let length = part.length; length > 0; length--) {
    if (text.endsWith(part.slice(0, length))) return part.slice(0, length);
  }
  return text;
}

/**
 * No character is cut in two. A slice would keep the whole text in memory, as engines make them, so it is copied.
 *
 * @param {string} text
 * @param {number} length
 */
const shorten = (text, length) =>
  text.length > length
    ? [...text.slice(0, length - 1), "…"].join("").replace(/[\ud800-\udbff](?=…$)/, "")
    : text;

/** @param {string} text */
function brief(text) {
  const start = [...text.slice(0, 2 * LABEL)];
  if (lettersOf(start) <= LABEL) return start.join("");
  const end = [...text.slice(-2 * END)];
  while (lettersOf(start) > START) start.pop();
  while (lettersOf(end) > END) end.shift();
  return `${start.join("")}…${end.join("")}`;
}
