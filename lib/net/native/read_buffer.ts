/**
 * A place that reads of a thread go to, one after the other, with room before and behind it. While somebody still works
 * on a read's bytes, others go to another place.
 */
export class ReadBuffer {
  /** Bytes that a read may take. */
  readonly size: number;
  /** Where the next read goes. */
  room: Uint8Array<ArrayBuffer>;
  #headroom = 256;
  #tailroom = 256;
  /** What was taken last: reads of one length after the other need no new view. */
  #taken: Uint8Array<ArrayBuffer>;
  #spare: Uint8Array<ArrayBuffer>[] = [];

  constructor(size: number) {
    this.size = size;
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
    const isAsNow = room.buffer.byteLength === this.room.buffer.byteLength;
    if (isAsNow && this.#spare.length < MOST_SPARE) this.#spare.push(room);
  }

  #allocate(): Uint8Array<ArrayBuffer> {
    const whole = new ArrayBuffer(this.#headroom + this.size + this.#tailroom);
    return new Uint8Array(whole, this.#headroom, this.size);
  }
}

/** Rooms that are kept for the next ones who take their time. */
const MOST_SPARE = 16;

/**
 * Those of this thread. A connection begins with the smallest, and goes on to the next when it has filled one: who takes
 * his time over a few bytes holds little memory meanwhile.
 */
export const readBuffers: readonly [ReadBuffer, ...ReadBuffer[]] = [
  new ReadBuffer(4096),
  new ReadBuffer(65_536),
  new ReadBuffer(262_144),
];
