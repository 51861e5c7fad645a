// @ts-check
/** Bytes of a read that are kept to be looked at; a read may have 64 KiB and more. */
export const KEPT_BYTES = 2_048;

/**
 * The first bytes of what is written in hex.
 *
 * @param {string} hex
 */
export function bytesOf(hex) {
  const bytes = new Uint8Array(Math.min(hex.length >> 1, KEPT_BYTES));
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/**
 * Bytes in hex, apart.
 *
 * @param {Uint8Array} bytes
 */
export const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");

/** What some byte streams have in them. */
const DECODERS = ["utf-8", "gbk"].map((encoding) => new TextDecoder(encoding, { fatal: true }));

/**
 * Bytes as text: UTF-8, else GBK, else nothing.
 *
 * @param {Uint8Array} bytes
 */
export function textOf(bytes) {
  for (const decoder of DECODERS) {
    try {
      return decoder.decode(bytes);
    } catch {
      // Then it is another encoding, or none.
    }
  }
  return undefined;
}

/**
 * The same for a part of a text, without the bytes of a character that is cut at its start or its end.
 *
 * @param {Uint8Array} bytes
 */
export function partOf(bytes) {
  const start = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
  if (start >= 0 && start < 4) {
    for (let end = bytes.length; end > start && end > bytes.length - 4; end--) {
      try {
        return DECODERS[0].decode(bytes.subarray(start, end));
      } catch {
        // One byte less, then.
      }
    }
  }
  return textOf(bytes);
}

/** C0, DEL, C1, the line separators and the bidi controls, which could make a text look like another one. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** @type {Record<string, string>} */
const ESCAPES = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };

/**
 * A text with its control characters to be seen, as programs write them: `\n` for a line feed.
 *
 * @param {string} text
 */
export const visible = (text) =>
  text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return ESCAPES[character] ?? (code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, "0")}`);
  });

/**
 * Rows of eight bytes, so that a phone has room: where each begins, its bytes in hex, and the same as characters.
 *
 * @param {Uint8Array} bytes
 * @param {number} first the offset of the first byte
 */
export function dump(bytes, first) {
  const rows = [];
  for (let at = 0; at < bytes.length; at += 8) {
    const row = bytes.subarray(at, at + 8);
    const text = Array.from(row, (byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".");
    const offset = (first + at).toString(16).padStart(4, "0");
    rows.push(`${offset}  ${hexOf(row).padEnd(23)}  ${text.join("")}`);
  }
  return rows.join("\n");
}
