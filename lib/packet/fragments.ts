import type { IpPacket } from "./ip.ts";

/** Packets of which parts may be kept at the same time; beyond, the oldest are given up. */
const MAX_WAITING = 64;
/** Bytes that a whole payload may have. */
const MAX_PAYLOAD = 65_535;

/** What came of a packet so far: parts that don't overlap. */
interface Waiting {
  parts: IpPacket[];
  /** Bytes of all parts. */
  held: number;
  /** Bytes of the whole payload, once its last part is here. */
  total?: number;
}

/**
 * Puts fragmented IP packets together again. A part that overlaps one seen before is dropped, as RFC 5722 wants it, and
 * no more than 4 MiB is kept.
 */
export class Fragments {
  readonly #waiting = new Map<string, Waiting>();

  /** Takes a packet and gives it back if it is whole, or made whole by this part; else `undefined`. */
  add(ip: IpPacket): IpPacket | undefined {
    const { fragment, length } = ip;
    if (fragment === undefined) return ip;
    const end = fragment.offset + length;
    if (ip.payload.length < length || length === 0 || end > MAX_PAYLOAD) return undefined;
    if (!fragment.isLast && length % 8 !== 0) return undefined;

    const key = [ip.source, ip.destination, ip.version === 4 ? ip.protocol : "", fragment.id].join(" ");
    const waiting = this.#waiting.get(key) ?? this.#begin(key);
    if (waiting.parts.some((part) => overlap(part, ip))) return undefined;
    waiting.parts.push({ ...ip, payload: ip.payload.slice(), header: ip.header.slice() });
    waiting.held += length;
    if (fragment.isLast) waiting.total = end;
    if (waiting.held !== waiting.total) return undefined;
    this.#waiting.delete(key);
    return joined(waiting.parts, waiting.total);
  }

  #begin(key: string): Waiting {
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size === MAX_WAITING) this.#waiting.delete(oldest);
    const waiting = { parts: [], held: 0 };
    this.#waiting.set(key, waiting);
    return waiting;
  }
}

function overlap(a: IpPacket, b: IpPacket): boolean {
  const [from, other] = [a.fragment!.offset, b.fragment!.offset];
  return from < other + b.length && other < from + a.length;
}

function joined(parts: IpPacket[], total: number): IpPacket | undefined {
  const payload = new Uint8Array(total);
  for (const part of parts) {
    // The last part doesn't end it, if others lie behind.
    if (part.fragment!.offset + part.length > total) return undefined;
    payload.set(part.payload, part.fragment!.offset);
  }
  const first = parts.find((part) => part.fragment!.offset === 0);
  return first && { ...first, payload, length: total, fragment: undefined };
}
