// @ts-check
/** @typedef {import("./lesson.js").Row} Row */

/**
 * Where a row stands in the diagram; lengths are px of letters of 16 px.
 *
 * @typedef {object} Place
 * @property {Row} row
 * @property {number} index of the row
 * @property {number} y its upper edge
 * @property {string[]} lines what is said in the diagram, broken
 */

/** Heights. */
const CALL = 28, STATE = 40, ARROW = 46, LINE = 19, SCENE = 30;
/** How far down an arrow goes: a packet takes its time. */
export const SLANT = 18;
/** The widest letter of what is said, and room beside it. */
const LETTER = 7.2, ASIDE = 24;

/** Letters of East Asia are as wide as two others. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u;

/** A word, or one letter of East Asia, with the marks that belong to it. */
const WORD =
  /[（“]*[\u2e80-\u9fff\uff01-\uff60][，。；：！？）”、]*|[^\s\u2e80-\u9fff\uff01-\uff60]+[，。；：！？）”、]*\s*|\s+/gu;

/**
 * Places rows one below the other.
 *
 * @param {readonly Row[]} rows
 * @param {"en" | "zh"} language
 * @param {number} width of the diagram
 * @returns {{ places: Place[], height: number, left: number, right: number }} with the two ends' places from the left
 */
export function arrange(rows, language, width) {
  const left = Math.max(62, Math.min(width * 0.17, 150));
  const right = width - left;
  let y = 10;
  const places = rows.flatMap((row, index) => {
    if (row.kind === "hidden") return [];
    const said = row.said?.[language];
    const isWide = row.kind === "scene" || row.kind === "note";
    const text = textOf(row, said);
    const lines = wrap(
      text,
      (isWide ? width - ASIDE : right - left - ASIDE) / (row.kind === "scene" ? LETTER * 1.4 : LETTER),
    );
    const place = { row, index, y, lines };
    y += heightOf(row, lines.length);
    return [place];
  });
  return { places, height: y + 16, left, right };
}

/**
 * What is said of a row in the diagram itself.
 *
 * @param {Row} row
 * @param {{ title?: string, notes: string[] }} [said]
 */
function textOf({ kind, text, content = "" }, said) {
  switch (kind) {
    case "packet":
      return said?.notes[0] ?? content;
    case "scene":
      return said ? said.title ?? "" : text;
    case "note":
      return said?.notes[0] ?? text;
    default:
      return "";
  }
}

/**
 * @param {Row} row
 * @param {number} lines
 */
function heightOf({ kind }, lines) {
  switch (kind) {
    case "call":
      return CALL;
    case "state":
      return STATE;
    case "packet":
      return ARROW + LINE * lines;
    default:
      return lines ? SCENE + LINE * lines : 0;
  }
}

/**
 * Breaks a text into lines of so many letters.
 *
 * @param {string} text
 * @param {number} room
 */
export function wrap(text, room) {
  /** @type {string[]} */
  const lines = [];
  let line = "", length = 0;
  for (const [word] of text.matchAll(WORD)) {
    const width = widthOf(word.trimEnd());
    if (line && length + width > room) {
      lines.push(line.trimEnd());
      line = "";
      length = 0;
    }
    line += word;
    length += widthOf(word);
  }
  return line.trim() ? [...lines, line.trimEnd()] : lines;
}

/** @param {string} text */
const widthOf = (text) => Array.from(text).reduce((sum, letter) => sum + (WIDE.test(letter) ? 1.9 : 1), 0);
