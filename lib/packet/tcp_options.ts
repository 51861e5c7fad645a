import { readU16, readU32, writeU16 } from "./bytes.ts";

/** An option of a TCP header. */
export type TcpOption =
  /** The longest segment that its sender takes, in bytes. */
  | { kind: "mss"; size: number }
  /** The sender's windows count in units of 2^shift bytes. */
  | { kind: "window scale"; shift: number }
  | { kind: "SACK permitted" }
  /** What arrived beyond a gap: sequence numbers, the second one behind the last byte. */
  | { kind: "SACK"; blocks: [from: number, to: number][] }
  | { kind: "timestamps"; value: number; echo: number }
  /** Any other, by its number. */
  | { kind: "other"; number: number };

/**
 * Reads the options of a TCP header up to the first that is malformed or cut.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const options = encodeTcpOptions({ mss: 1460, windowScale: 7 });
 * assertEquals(options.length % 4, 0);
 * assertEquals(parseTcpOptions(options), [{ kind: "mss", size: 1460 }, { kind: "window scale", shift: 7 }]);
 * ```
 */
export function parseTcpOptions(bytes: Uint8Array): TcpOption[] {
  const options: TcpOption[] = [];
  for (let at = 0; at < bytes.length && bytes[at] !== END;) {
    if (bytes[at] === NOTHING) {
      at++;
      continue;
    }
    const length = bytes[at + 1];
    if (!(length >= 2) || at + length > bytes.length) break;
    options.push(parseOption(bytes.subarray(at, at + length)));
    at += length;
  }
  return options;
}

/** The options of a SYN, filled up to whole words: what its sender takes, and the unit of its windows. */
export function encodeTcpOptions({ mss, windowScale }: { mss: number; windowScale: number }): Uint8Array {
  const bytes = Uint8Array.of(2, 4, 0, 0, NOTHING, 3, 3, windowScale);
  writeU16(bytes, 2, mss);
  return bytes;
}

const END = 0;
const NOTHING = 1;

function parseOption(bytes: Uint8Array): TcpOption {
  const [number, length] = bytes;
  if (number === 2 && length === 4) return { kind: "mss", size: readU16(bytes, 2) };
  if (number === 3 && length === 3) return { kind: "window scale", shift: bytes[2] };
  if (number === 4 && length === 2) return { kind: "SACK permitted" };
  if (number === 5 && length % 8 === 2) return { kind: "SACK", blocks: parseBlocks(bytes) };
  if (number === 8 && length === 10) {
    return { kind: "timestamps", value: readU32(bytes, 2), echo: readU32(bytes, 6) };
  }
  return { kind: "other", number };
}

function parseBlocks(bytes: Uint8Array): [from: number, to: number][] {
  return Array.from(
    { length: (bytes.length - 2) / 8 },
    (_, i) => [readU32(bytes, 2 + 8 * i), readU32(bytes, 6 + 8 * i)],
  );
}
