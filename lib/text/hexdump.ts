/** One row of a hexdump. */
export interface HexdumpRow {
  /** Offset of the row's first byte. */
  offset: number;
  /** `68 65 6c 6c 6f`: two digits for each byte, with spaces between, without padding. */
  hex: string;
}

/** Bytes in a full row. */
export const BYTES_PER_ROW = 16;

/** The two digits of each byte, and a space. */
const DIGITS = Array.from({ length: 256 }, (_, byte) => `${byte.toString(16).padStart(2, "0")} `);

/** The rows of a hexdump, 16 bytes each, counted from `offset`. */
export function* hexdumpRows(bytes: Uint8Array, offset = 0): Generator<HexdumpRow> {
  for (let start = 0; start < bytes.length; start += BYTES_PER_ROW) {
    const end = Math.min(start + BYTES_PER_ROW, bytes.length);
    let hex = "";
    for (let i = start; i < end; i++) hex += DIGITS[bytes[i]];
    yield { offset: offset + start, hex: hex.slice(0, -1) };
  }
}

/**
 * Reads hexadecimal digits; white space and colons between them are skipped.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseHex("0d:0a 20"), new Uint8Array([13, 10, 32]));
 * assertEquals(parseHex("0d0"), undefined);
 * ```
 *
 * @returns `undefined` if there is anything else in it, or half a byte
 */
export function parseHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  const digits = text.replace(/[\s:]/g, "");
  return /^([0-9a-f]{2})*$/i.test(digits) ? Uint8Array.fromHex(digits) : undefined;
}
