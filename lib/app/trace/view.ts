import { cyan, dim, green, magenta, yellow } from "@std/fmt/colors";
import { BYTES_PER_ROW, hexdumpRows, visible } from "../../text/mod.ts";
import type { Segment } from "./borders.ts";

/** Ways to colour the parts of a trace; each gives its text back, coloured or as it is. */
export interface TraceColors {
  dim(text: string): string;
  incoming(text: string): string;
  outgoing(text: string): string;
  /** Two colours that frames take in turn. */
  frames: readonly [(text: string) => string, (text: string) => string];
}

const plain = (text: string) => text;

/** The colours of a terminal, or none. */
export function traceColors(coloured: boolean): TraceColors {
  return coloured
    ? { dim, incoming: green, outgoing: yellow, frames: [cyan, magenta] }
    : { dim: plain, incoming: plain, outgoing: plain, frames: [plain, plain] };
}

/** What was done with the bytes: by us, or by the two that we stand between. */
export type Verb = "read" | "write" | "up" | "down";
/** What a line of a trace is about: bytes, or the way between the two ends. */
type Subject = Verb | "way";

const ARROWS: Readonly<Record<Subject, string>> = {
  read: "◀ read ",
  write: "▶ write",
  up: "▶ up   ",
  down: "◀ down ",
  way: "· tcp  ",
};

/** Bytes of a read or write that are shown; of a longer one, the rest is counted. */
export const SHOWN = 512;
/** Before each line but the heading. */
export const INDENT = "  ";

/** What a trace is drawn with. */
export interface ViewOptions {
  colors: TraceColors;
  /** The time in ms since the epoch, with µs behind the point. */
  now(): number;
}

/**
 * A read or write: its heading, its bytes, and under them the borders of frames.
 *
 * @param cells what the text column has for each byte that is shown
 */
export function render(
  verb: Verb,
  peer: string,
  bytes: Uint8Array,
  cells: string[],
  offset: number,
  segments: Segment[],
  summary: string,
  { colors, now }: ViewOptions,
): string {
  let text = `${heading(verb, peer, now(), colors)}  ${bytesText(bytes.length)}, ${summary}\n`;
  const shown = bytes.subarray(0, SHOWN);
  let first = 0;
  let start = 0;
  for (const row of hexdumpRows(shown, offset)) {
    while (first < segments.length && segments[first].to <= start) first++;
    let end = first;
    while (end < segments.length && segments[end].from < start + BYTES_PER_ROW) end++;
    const pieces = segments.slice(first, end);
    const hex = `${row.hex.slice(0, GAP)} ${row.hex.slice(GAP)}`.padEnd(column(BYTES_PER_ROW));
    const rowCells = cells.slice(start, start + BYTES_PER_ROW);
    // A wide character at the end of a row has its second column there, not in the next one.
    if (rowCells[0] === "") rowCells[0] = " ";
    const place = row.offset.toString(16).padStart(8, "0");
    text += `${INDENT}${colors.dim(place)}  ${paint(hex, start, pieces, colors)}  ${rowCells.join("")}\n`;
    // Further rows in the middle of a long frame need none.
    const hasBorder = start === 0 || pieces.some((piece) => isBorder(piece, start));
    if (pieces.length && hasBorder) {
      text += `${INDENT}${" ".repeat(place.length)}  ${ruler(start, pieces, colors)}\n`;
    }
    start += BYTES_PER_ROW;
  }
  if (bytes.length > SHOWN) text += `${INDENT}${colors.dim(`… ${bytesText(bytes.length - SHOWN)} more`)}\n`;
  return text;
}

/** `10:00:00.269964 ◀ read  tcp://127.0.0.1:53344` */
export function heading(subject: Subject, peer: string, now: number, colors: TraceColors): string {
  const date = new Date(now);
  const two = (value: number) => String(value).padStart(2, "0");
  const micros = String(Math.floor(now * 1000) % 1_000_000).padStart(6, "0");
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${micros}`;
  const arrow = ARROWS[subject];
  const paint = subject === "way" ? colors.dim : arrow.startsWith("◀") ? colors.incoming : colors.outgoing;
  return `${colors.dim(time)} ${paint(arrow)} ${visible(peer)}`;
}

const isBorder = ({ from, to, begins, ends }: Segment, start: number) =>
  (begins && from >= start) || (ends && to <= start + BYTES_PER_ROW);

/** `1 byte`, `2 bytes` */
export const bytesText = (count: number) => count === 1 ? "1 byte" : `${count} bytes`;

/** Where the gap in the middle of a row's hex digits is. */
const GAP = BYTES_PER_ROW / 2 * 3;

/** Where the hex digits of a row's byte begin: three places each, and the gap. */
const column = (index: number) => index * 3 + (index >= BYTES_PER_ROW / 2 ? 1 : 0);

function paint(hex: string, start: number, pieces: Segment[], colors: TraceColors): string {
  let line = "";
  let at = 0;
  for (const { frame, from, to } of pieces) {
    const first = column(Math.max(from - start, 0));
    const last = column(Math.min(to - start, BYTES_PER_ROW) - 1) + 2;
    line += hex.slice(at, first) + colors.frames[frame % 2](hex.slice(first, last));
    at = last;
  }
  return line + hex.slice(at);
}

/** `└─ #1 ────┘└─ #2 ─`: a frame that goes on before or after this row has no corner there. */
function ruler(start: number, pieces: Segment[], colors: TraceColors): string {
  let line = "";
  let at = 0;
  for (const { frame, from, to, begins, ends } of pieces) {
    const first = Math.max(from - start, 0);
    const last = Math.min(to - start, BYTES_PER_ROW) - 1;
    const width = column(last) + 2 - column(first);
    const left = begins && from >= start ? "└" : "─";
    const right = ends && to <= start + BYTES_PER_ROW ? "┘" : "─";
    const label = ` #${frame} `;
    const middle = (width >= label.length + 4 ? `─${label}` : "").padEnd(width - 2, "─");
    line += " ".repeat(column(first) - at) + colors.frames[frame % 2](left + middle + right);
    at = column(last) + 2;
  }
  return line;
}
