/** Bytes that a read may take, unless its connection wants fewer. */
export const LARGEST_READ = 262_144;

/**
 * The place that all reads of a thread go to, one after the other, with room before and behind it. While somebody still
 * works on a read's bytes, others go to another place.
 */
class ReadBuffer {
  /** Where the next read goes. */
  room: Uint8Array<ArrayBuffer>;
  #headroom = 256;
  #tailroom = 256;
  /** What was taken last: reads of one length after the other need no new view. */
  #taken: Uint8Array<ArrayBuffer>;
  #spare: Uint8Array<ArrayBuffer>[] = [];

  constructor() {
    this.room = this.#taken = this.#allocate();
  }

  /** Makes sure that so much room is before and behind what is read. */
  reserve(headroom: number, tailroom: number): void {
    if (headroom <= this.#headroom && tailroom <= this.#tailroom) return;
    this.#headroom = Math.max(headroom, this.#headroom);
    this.#tailroom = Math.max(tailroom, this.#tailroom);
    this.#spare = [];
    this.room = this.#taken = this.#allocate();
  }

  /** The first `count` bytes of a read. */
  taken(count: number): Uint8Array<ArrayBuffer> {
    if (this.#taken.length !== count) this.#taken = this.room.subarray(0, count);
    return this.#taken;
  }

  /** Leaves the room to whoever works on what is in it, until it is given back. */
  lend(): Uint8Array<ArrayBuffer> {
    const lent = this.room;
    this.room = this.#taken = this.#spare.pop() ?? this.#allocate();
    return lent;
  }

  giveBack(room: Uint8Array<ArrayBuffer>): void {
    const isLarge = room.byteOffset >= this.#headroom && room.buffer.byteLength === this.#size;
    if (isLarge && this.#spare.length < MOST_SPARE) this.#spare.push(room);
  }

  get #size(): number {
    return this.#headroom + LARGEST_READ + this.#tailroom;
  }

  #allocate(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(new ArrayBuffer(this.#size), this.#headroom, LARGEST_READ);
  }
}

/** Rooms that are kept for the next ones who take their time. */
const MOST_SPARE = 16;

/** That of this thread. */
export const readBuffer = new ReadBuffer();
