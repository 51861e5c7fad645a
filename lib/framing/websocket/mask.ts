/** Bytes from which on it is worth while to take four at a time. */
const WORTHWHILE = 48;

/**
 * Masks or unmasks `bytes[from..to)` in place (RFC 6455, section 5.3).
 *
 * @param key the four bytes of the key, as they stand in the frame
 * @param phase which byte of the key is the first byte's, from 0 to 3
 * @returns the phase of the byte behind
 */
export function mask(bytes: Uint8Array, from: number, to: number, key: Uint8Array, phase = 0): number {
  let at = from;
  if (to - from >= WORTHWHILE) {
    const toAligned = -(bytes.byteOffset + at) & 3;
    for (const end = at + toAligned; at < end; at++) bytes[at] ^= key[phase++ & 3];
    for (let i = 0; i < 4; i++) turned[i] = key[phase + i & 3];
    const word = turnedWord[0];
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset + at, to - at >> 2);
    for (let i = 0; i < words.length; i++) words[i] ^= word;
    at += words.length * 4;
  }
  for (; at < to; at++) bytes[at] ^= key[phase++ & 3];
  return phase & 3;
}

/** The key as a word of this machine, beginning with the byte whose turn it is. */
const turned = new Uint8Array(4);
const turnedWord = new Uint32Array(turned.buffer);
