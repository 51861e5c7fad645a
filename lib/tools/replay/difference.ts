import { BYTES_PER_ROW, hexdumpRows, utf8 } from "../../text/mod.ts";
import { TextColumn } from "../../text/text_column.ts";

/** Rows of each of the two that are shown. */
const ROWS = 4;

/** Where two byte strings begin to differ: the index of the first byte that only one has so; -1 if they are the same. */
export function firstDifference(recorded: Uint8Array, heard: Uint8Array): number {
  const length = Math.min(recorded.length, heard.length);
  for (let i = 0; i < length; i++) if (recorded[i] !== heard[i]) return i;
  return recorded.length === heard.length ? -1 : length;
}

/**
 * Both hexdumps, from the row on in which they begin to differ.
 *
 * @param at index of the first byte that differs
 * @param offset what the first byte of both has in the stream, or in the datagram
 */
export function dumpBoth(recorded: Uint8Array, heard: Uint8Array, at: number, offset: number): string {
  const start = Math.max(0, at - (offset + at) % BYTES_PER_ROW);
  return `  recorded\n${dump(recorded, start, offset)}  now\n${dump(heard, start, offset)}`;
}

function dump(bytes: Uint8Array, start: number, offset: number): string {
  const shown = bytes.subarray(start, start + ROWS * BYTES_PER_ROW);
  if (shown.length === 0) return "    nothing\n";
  const column = new TextColumn(utf8);
  const rows = [...hexdumpRows(shown, offset + start)].map((row, i) => {
    const cells = column.take(shown.subarray(i * BYTES_PER_ROW, (i + 1) * BYTES_PER_ROW));
    const text = cells.map((cell, j) => j ? cell : cell || " ").join("");
    return `    ${row.offset.toString(16).padStart(8, "0")}  ${
      row.hex.padEnd(3 * BYTES_PER_ROW - 1)
    }  ${text}\n`;
  });
  const more = bytes.length - start - shown.length;
  return rows.join("") + (more > 0 ? `    … ${more} more\n` : "");
}
