import { type Encoding, readersOf } from "../text/mod.ts";

/** Which encodings would read what could not be decoded; `undefined` if none would, or its last character is cut off. */
export function encodingHint(bytes: Uint8Array, encoding: Encoding): string | undefined {
  if (encoding.decode(bytes).valid || encoding.stream().decode(bytes).valid) return undefined;
  const readers = readersOf(bytes);
  if (!readers.length) return undefined;
  const last = readers.at(-1)!;
  const names = readers.length > 1 ? `${readers.slice(0, -1).join(", ")} or ${last}` : last;
  return `${names} would read it, try -e ${readers[0]}`;
}
