import { renderUnicodeCompact } from "uqr";

/** Black on white, as cameras expect it, whatever the terminal's own colours are. */
const COLOURS = ["\x1b[97;40m", "\x1b[0m"];

/**
 * A QR code (ISO/IEC 18004) in lines of half blocks, to be seen by a phone.
 *
 * @param isColoured whether it may say which colours it has
 */
export function qrCode(text: string, isColoured: boolean): string {
  const [begin, end] = isColoured ? COLOURS : ["", ""];
  const lines = renderUnicodeCompact(text, { ecc: "L", border: 2 }).split("\n");
  return lines.map((line) => `${begin}${line}${end}\n`).join("");
}
