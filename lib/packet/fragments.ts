import type { IpPacket } from "./ip.ts";

/** Packets of which parts may be kept at the same time; beyond, the oldest are given up. */
const MAX_WAITING = 64;
/** Bytes that a whole payload may have. */
const MAX_PAYLOAD = 65_535;

/** What came of a packet so far: parts that don't overlap. */
interface Waiting {
  payload: Uint8Array;
  /** 1 for each 8 bytes of the payload that are here: no part begins elsewhere than at such a border. */
  seen: Uint8Array;
  /** Bytes of all parts. */
  held: number;
  /** Just behind the last byte that is here. */
  reach: number;
  /** Bytes of the whole payload, once its last part is here. */
  total?: number;
  /** The part that it begins with. */
  first?: IpPacket;
}

/**
 * Puts fragmented IP packets together again. A part that overlaps one seen before is dropped, as RFC 5722 wants it, and
 * no more than 5 MiB is kept, however small the parts are.
 */
export class Fragments {
  readonly #waiting = new Map<string, Waiting>();

  /** Takes a packet and gives it back if it is whole, or made whole by this part; else `undefined`. */
  add(ip: IpPacket): IpPacket | undefined {
    const { fragment, length } = ip;
    if (fragment === undefined) return ip;
    const { offset, isLast } = fragment;
    const end = offset + length;
    if (ip.payload.length < length || length === 0 || end > MAX_PAYLOAD) return undefined;
    if (!isLast && length % 8 !== 0) return undefined;

    const key = [ip.source, ip.destination, ip.version === 4 ? ip.protocol : "", fragment.id].join(" ");
    const waiting = this.#waiting.get(key) ?? this.#begin(key);
    const seen = waiting.seen.subarray(offset / 8, Math.ceil(end / 8));
    if (seen.includes(1)) return undefined;
    seen.fill(1);
    waiting.payload.set(ip.payload, offset);
    waiting.held += length;
    waiting.reach = Math.max(waiting.reach, end);
    if (isLast) waiting.total = end;
    if (offset === 0) waiting.first = { ...ip, header: ip.header.slice(), payload: waiting.payload };
    if (waiting.held !== waiting.total) return undefined;
    this.#waiting.delete(key);
    return joined(waiting);
  }

  #begin(key: string): Waiting {
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size === MAX_WAITING) this.#waiting.delete(oldest);
    const payload = new Uint8Array(MAX_PAYLOAD);
    const waiting = { payload, seen: new Uint8Array(Math.ceil(MAX_PAYLOAD / 8)), held: 0, reach: 0 };
    this.#waiting.set(key, waiting);
    return waiting;
  }
}

/** The whole packet; `undefined` if the last part doesn't end it, as others lie behind. */
function joined({ payload, held, reach, first }: Waiting): IpPacket | undefined {
  if (first === undefined || reach > held) return undefined;
  return { ...first, payload: payload.slice(0, held), length: held, fragment: undefined };
}
