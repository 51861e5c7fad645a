/** Every byte there is, and then so many that nobody could have meant. */
export function anyBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = 1;
  // Numerical Recipes' generator: the same bytes each time.
  for (let i = 0; i < length; i++) {
    bytes[i] = i < 256 ? i : (state = (state * 1_664_525 + 1_013_904_223) >>> 0) >>> 24;
  }
  return bytes;
}
