import { Source } from "./stdio.ts";

/** A source of these pieces, each there at once. */
export function sourceOf(pieces: Uint8Array[]): Source {
  const rest = [...pieces];
  return new Source(() => Promise.resolve(rest.shift()));
}

/** These bytes in pieces of these sizes, taken round and round; none is empty. */
export function cut(bytes: Uint8Array, sizes: number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes.length ? Math.max(1, sizes[i % sizes.length]) : bytes.length;
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}

/** Takes at most so many bytes at a time, as stdout may. */
export class PartialWriter {
  bytes: number[] = [];
  #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  write(bytes: Uint8Array): Promise<number> {
    const part = bytes.subarray(0, this.#most);
    this.bytes.push(...part);
    return Promise.resolve(part.length);
  }
}
