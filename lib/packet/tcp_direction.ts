import { TCP_FLAGS } from "./tcp.ts";
import type { CapturedTcp } from "./transport.ts";

/** Where a part of a stream comes from. */
export interface Origin {
  /** Number of the packet in the capture. */
  packet: number;
  /** When it was captured, in ns since 1970. */
  time?: bigint;
}

/** What became known of one direction of a stream. */
export type StreamPart =
  /** Its SYN. */
  | { kind: "open" }
  /** Bytes that follow those before; of a datagram all, maybe none. */
  | { kind: "data"; bytes: Uint8Array }
  /** Bytes that were sent, and are not in the capture. */
  | { kind: "gap"; length: number }
  /** Its FIN: nothing follows. */
  | { kind: "close" }
  /** A RST of its sender: nothing follows in either direction. */
  | { kind: "reset" };

/** A part that waits for what comes before it. */
interface Held {
  /** Where it begins in the stream, in bytes. */
  offset: number;
  bytes: Uint8Array;
  origin: Origin;
}

/** Bytes that may wait, over all streams; each part counts for what it costs beside them, too. */
export class Waiting {
  #left: number;

  /** @param max how many bytes may wait */
  constructor(max: number) {
    this.#left = max;
  }

  /** Whether there is room for `length` more bytes, which is then taken. */
  take(length: number): boolean {
    if (length + OVERHEAD > this.#left) return false;
    this.#left -= length + OVERHEAD;
    return true;
  }

  /** Gives room back. */
  give(length: number): void {
    this.#left += length + OVERHEAD;
  }
}

const OVERHEAD = 256;

/** Takes a part, and where it came from. */
export type PartSink = (part: StreamPart, origin: Origin) => void;

/**
 * Puts one direction of a TCP connection in order. Of bytes that came twice the first are taken. What is missing is
 * waited for until the other side acknowledges it, too much waits, or the connection ends: then it is a gap.
 */
export class TcpDirection {
  readonly #waiting: Waiting;
  readonly #sink: PartSink;
  /** Sequence number of the next byte, once there was a segment. */
  #next?: number;
  /** The same in bytes from the beginning. */
  #offset = 0;
  /** Just behind the last byte that was sent, in bytes from the beginning. */
  #reach = 0;
  /** Where the FIN is, in bytes from the beginning. */
  #close?: number;
  /** In the order of their offsets, none overlapping another. */
  #held: Held[] = [];
  #isOpen = false;
  #isClosed = false;

  constructor(waiting: Waiting, sink: PartSink) {
    this.#waiting = waiting;
    this.#sink = sink;
  }

  /** Takes a segment that this direction's sender sent. */
  add({ segment, packet }: CapturedTcp): void {
    const origin = { packet: packet.number, time: packet.time };
    const isSyn = (segment.flags & TCP_FLAGS.SYN) !== 0;
    const seq = isSyn ? segment.seq + 1 : segment.seq;
    // A SYN is believed more than whatever came before it, as long as nothing was made of that.
    if (isSyn && this.#reach === 0) this.#next = seq >>> 0;
    this.#next ??= seq >>> 0;
    if (isSyn && !this.#isOpen) {
      this.#isOpen = true;
      this.#sink({ kind: "open" }, origin);
    }
    if (this.#isClosed) return;
    const offset = this.#offsetOf(seq);
    const end = offset + segment.length;
    this.#reach = Math.max(this.#reach, end);
    if (segment.flags & TCP_FLAGS.FIN) this.#close ??= end;
    this.#place(offset, segment.payload, origin);
    this.#closeIfDone(origin);
  }

  /** Takes what the other side acknowledged. */
  acknowledge(ack: number, origin: Origin): void {
    if (this.#next === undefined) return;
    const offset = this.#offsetOf(ack);
    for (let missing; (missing = this.#missingUntil()) !== undefined && offset >= missing;) {
      this.#skipTo(missing, origin);
    }
  }

  /** Nothing more comes: what is missing is a gap. */
  end(origin: Origin): void {
    for (let missing; (missing = this.#missingUntil()) !== undefined;) this.#skipTo(missing, origin);
  }

  /** The sequence number nearest to the next byte, in bytes from the beginning. */
  #offsetOf(seq: number): number {
    return this.#offset + ((seq - this.#next!) | 0);
  }

  /** Where the bytes that are missing now end; `undefined` if none are. */
  #missingUntil(): number | undefined {
    const until = Math.min(this.#held[0]?.offset ?? this.#reach, this.#close ?? Infinity);
    return until > this.#offset && !this.#isClosed ? until : undefined;
  }

  #skipTo(offset: number, origin: Origin): void {
    this.#sink({ kind: "gap", length: offset - this.#offset }, origin);
    this.#advance(offset - this.#offset);
    this.#release();
    this.#closeIfDone(origin);
  }

  /** Hands out what follows, or keeps it, where it hasn't been seen yet. */
  #place(offset: number, bytes: Uint8Array, origin: Origin): void {
    const end = Math.min(offset + bytes.length, this.#close ?? Infinity);
    for (let from = offset; (from = Math.max(from, this.#offset)) < end;) {
      const index = this.#firstBehind(from);
      const held = this.#held[index];
      if (held && held.offset <= from) {
        from = held.offset + held.bytes.length;
        continue;
      }
      const until = Math.min(end, held?.offset ?? end);
      const unseen = bytes.subarray(from - offset, until - offset);
      if (from === this.#offset) {
        this.#give(unseen, origin);
        this.#release();
      } else if (this.#waiting.take(unseen.length)) {
        this.#held.splice(index, 0, { offset: from, bytes: unseen.slice(), origin });
      } else {
        // No more may wait: what is missing before these bytes is given up.
        while (this.#offset < from) this.#skipTo(Math.min(from, this.#held[0]?.offset ?? from), origin);
        continue;
      }
      from = until;
    }
  }

  /** Index of the first held part that ends behind `offset`. */
  #firstBehind(offset: number): number {
    let [low, high] = [0, this.#held.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { offset: start, bytes } = this.#held[middle];
      if (start + bytes.length > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Hands out whatever is held and follows now. */
  #release(): void {
    let count = 0;
    for (let held; (held = this.#held[count]) && held.offset <= this.#offset; count++) {
      this.#waiting.give(held.bytes.length);
      this.#give(held.bytes, held.origin);
    }
    if (count > 0) this.#held.splice(0, count);
  }

  /** Tells the end, if it was reached. */
  #closeIfDone(origin: Origin): void {
    if (this.#close === undefined || this.#offset < this.#close || this.#isClosed) return;
    this.#isClosed = true;
    for (const { bytes } of this.#held.splice(0)) this.#waiting.give(bytes.length);
    this.#sink({ kind: "close" }, origin);
  }

  #give(bytes: Uint8Array, origin: Origin): void {
    this.#advance(bytes.length);
    this.#sink({ kind: "data", bytes }, origin);
  }

  #advance(length: number): void {
    this.#offset += length;
    this.#next = (this.#next! + length) >>> 0;
  }
}
