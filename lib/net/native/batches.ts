import type { DatagramBatch, Sockets } from "../../system/mod.ts";

/** Batches that are kept for the next one who reads; more are needed only while sinks take their time. */
const MOST_SPARE = 2;

/** The places that datagrams of a thread are received in, by one socket after the other. */
class Batches {
  #headroom = 256;
  #tailroom = 256;
  #spare: DatagramBatch[] = [];

  /** Lends one that is free, with so much room before and behind each datagram, until it is given back. */
  take(sockets: Sockets, headroom: number, tailroom: number): DatagramBatch {
    if (headroom > this.#headroom || tailroom > this.#tailroom) {
      this.#headroom = Math.max(headroom, this.#headroom);
      this.#tailroom = Math.max(tailroom, this.#tailroom);
      this.#spare = [];
    }
    const batch = this.#spare.pop() ?? sockets.batch(this.#headroom, this.#tailroom);
    batch.clear();
    return batch;
  }

  giveBack(batch: DatagramBatch): void {
    if (this.#spare.length < MOST_SPARE && batch.hasRoom(this.#headroom, this.#tailroom)) {
      this.#spare.push(batch);
    }
  }
}

/** That of this thread. */
export const batches = new Batches();
