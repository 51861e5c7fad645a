// @ts-check
/** @typedef {import("./reads.js").Read} Read */

/** Lengths are of a page with letters of 16 px; larger letters make all of it larger. */
const LETTER = 8, PADDING = 18, NARROWEST = 30;
/** Between the blocks of a read, and from its edge to the first one. */
const SEAM = 3, RIM = 7;
/** What stands above a read needs this much: bytes alone, or frames besides. */
const HEAD = 92, LONG_HEAD = 226, TORN = 44;
/** Around the first read and the last. */
export const MARGIN = 16;

/** Letters of East Asia and emoji are as wide as two others. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u;

/**
 * How many letters wide a text is.
 *
 * @param {readonly string[]} characters
 */
export const lettersOf = (characters) => characters.reduce((sum, one) => sum + (WIDE.test(one) ? 2 : 1), 0);

/**
 * Gives a read its width, and each of its pieces a place in it.
 *
 * @param {Pick<Read, "pieces" | "frames" | "isTorn">} read
 * @returns {number} the width
 */
export function arrange({ pieces, frames, isTorn }) {
  const widths = pieces.map(({ label }) => {
    return Math.max(NARROWEST, PADDING + LETTER * lettersOf([...label]));
  });
  const head = (frames > 1 ? LONG_HEAD : HEAD) + (isTorn ? TORN : 0);
  const room = head - 2 * RIM - SEAM * (pieces.length - 1) - widths.reduce((sum, width) => sum + width, 0);
  let x = RIM;
  pieces.forEach((piece, i) => {
    piece.x = x;
    piece.width = widths[i] + Math.max(0, room) / pieces.length;
    x += piece.width + SEAM;
  });
  return x - SEAM + RIM;
}

/**
 * How wide a time without reads is drawn: longer ones wider, but an hour must not take a mile.
 *
 * @param {number} ms
 */
export const gapWidth = (ms) => ms < 1 ? 10 : 44 + 8 * Math.log10(ms);

/**
 * Which reads of a lane, in the order of their places, are at least in part between two places: indexes, the second
 * behind the last.
 *
 * @param {readonly Pick<Read, "x" | "width">[]} reads
 * @param {number} left
 * @param {number} right
 * @returns {[number, number]}
 */
export function between(reads, left, right) {
  const first = search(reads, ({ x, width }) => x + width > left);
  return [first, Math.max(first, search(reads, ({ x }) => x >= right))];
}

/**
 * The first index for which it holds, as it does for all behind that.
 *
 * @template T
 * @param {readonly T[]} reads
 * @param {(read: T) => boolean} holds
 */
export function search(reads, holds) {
  let low = 0, high = reads.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(reads[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
