/**
 * Looks whether bytes are UTF-8 (RFC 3629), in pieces that may be cut anywhere, inside a character too.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const check = new Utf8Check();
 * assertEquals(check.feed(new Uint8Array([0xe2, 0x82])), true);
 * assertEquals(check.isBetween, false);
 * assertEquals(check.feed(new Uint8Array([0xac])), true);
 * assertEquals(check.isBetween, true);
 * ```
 */
export class Utf8Check {
  /** Bytes that the character still has. */
  #left = 0;
  /** What its next byte may be. */
  #low = 0x80;
  #high = 0xbf;

  /** Whether no character is cut at the end of what came. */
  get isBetween(): boolean {
    return this.#left === 0;
  }

  /** Takes `bytes[from..to)`; gives false as soon as no text can begin so. */
  feed(bytes: Uint8Array, from = 0, to: number = bytes.length): boolean {
    let at = from;
    while (at < to) {
      if (this.#left === 0) {
        while (at < to && bytes[at] < 0x80) at++;
        if (at < to && !this.#begin(bytes[at++])) return false;
      } else {
        const byte = bytes[at++];
        if (byte < this.#low || byte > this.#high) return false;
        this.#left--;
        this.#low = 0x80;
        this.#high = 0xbf;
      }
    }
    return true;
  }

  // The second byte's range keeps out what is longer than it need be, surrogates, and what is beyond U+10FFFF.
  #begin(byte: number): boolean {
    if (byte < 0xc2 || byte > 0xf4) return false;
    this.#left = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte === 0xe0) this.#low = 0xa0;
    else if (byte === 0xed) this.#high = 0x9f;
    else if (byte === 0xf0) this.#low = 0x90;
    else if (byte === 0xf4) this.#high = 0x8f;
    return true;
  }
}

/** Whether all of `bytes` is UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length && bytes[at] < 0x80) at++;
  if (at === bytes.length) return true;
  const check = new Utf8Check();
  return check.feed(bytes, at) && check.isBetween;
}
