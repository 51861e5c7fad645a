// Numbers in network order, read and written without a DataView, which would have to be made for each packet.

/** The 16 bits at `at`. */
export const readU16 = (bytes: Uint8Array, at: number): number => bytes[at] << 8 | bytes[at + 1];

/** The 32 bits at `at`. */
export const readU32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>> 0;

/** Writes 16 bits to `at`. */
export function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

/** Writes 32 bits to `at`. */
export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  writeU16(bytes, at, value >>> 16);
  writeU16(bytes, at + 2, value);
}
