import { FAMILIES, ipv4At, ipv6At } from "./socket_address.ts";

/** Datagrams that one call takes (recvmmsg(2), sendmmsg(2)). */
export const MOST_AT_ONCE = 32;

/** Bytes of a datagram's place: none is longer (the length in UDP's header has 16 bits), so that none is cut. */
const LONGEST = 65_536;
/** Bytes of a `struct mmsghdr` and a `struct iovec`, and of the room for an address and for control messages (cmsg(3)). */
const HEADER = 64, IOVEC = 16, NAME = 32, CONTROL = 64;
/** Where 32-bit words are in a `struct mmsghdr` of 64 bits, little-endian. */
const WORDS = HEADER / 4, NAME_LENGTH = 2, CONTROL_LENGTH = 10, LENGTH = 14;
/** Bytes of a control message with a `struct in_pktinfo` (ip(7)), or with a `struct in6_pktinfo` (ipv6(7)). */
const PKTINFO = 28, PKTINFO6 = 36;
/** Behind the head of a control message: words of a `struct in_pktinfo`, and of a `struct in6_pktinfo`. */
const INTERFACE = 4, ASKED = 5, SENT_TO = 6, ASKED6 = 4, INTERFACE6 = 8;

/** The other end of a datagram as the kernel has it. */
export interface DatagramEnd {
  /** A `struct sockaddr_in` or `sockaddr_in6`. */
  readonly name: Uint32Array<ArrayBuffer>;
  /** A control message that says which address of ours was asked, and by which interface. */
  readonly control?: Uint32Array<ArrayBuffer>;
}

/** The address of ours that a datagram was sent to, where that is known. */
export function askedOf({ control }: DatagramEnd): string | undefined {
  if (!control) return undefined;
  const view = new DataView(control.buffer);
  return control[0] === PKTINFO ? ipv4At(view, 4 * SENT_TO) : ipv6At(view, 4 * ASKED6);
}

/**
 * Places for datagrams that come in one call, and for their answers, which may be built in the very places and leave in one
 * call as well. All memory that the kernel is told of belongs to it.
 */
export class DatagramBatch {
  /** The `struct mmsghdr`s for what comes. */
  readonly incoming: Uint8Array<ArrayBuffer>;
  /** The first datagram that is not looked at yet for whether its answer is to be sent. */
  next = 0;
  #memory: ArrayBuffer;
  #words: Uint32Array<ArrayBuffer>;
  #places: ArrayBuffer;
  #placesAt: number;
  #headroom: number;
  #tailroom: number;
  #stride: number;
  #views: Uint8Array<ArrayBuffer>[] = [];
  #hasAnswer: boolean[];
  #outgoingAt: number;
  #answersAt: number;
  #namesAt: number;
  #controlsAt: number;

  /**
   * @param addressOf tells where memory is, which never moves
   * @param headroom bytes that are free before each datagram
   * @param tailroom the same behind it
   */
  constructor(
    addressOf: (memory: ArrayBuffer) => number,
    headroom: number,
    tailroom: number,
    count = MOST_AT_ONCE,
  ) {
    this.#headroom = headroom;
    this.#tailroom = tailroom;
    // Places whose distance is a power of 2 would share the same few lines of the processor's cache.
    this.#stride = (headroom + LONGEST + tailroom + 256 | 63) + 65 & ~63;
    this.#places = new ArrayBuffer(count * this.#stride);
    this.#placesAt = addressOf(this.#places);
    this.#hasAnswer = Array(count).fill(false);
    const iovecsAt = this.#outgoingAt = count * HEADER;
    const startOf = (at: number, bytes: number) => at + count * bytes;
    const comingAt = startOf(iovecsAt, HEADER);
    this.#answersAt = startOf(comingAt, IOVEC);
    this.#namesAt = startOf(this.#answersAt, IOVEC);
    this.#controlsAt = startOf(this.#namesAt, NAME);
    this.#memory = new ArrayBuffer(startOf(this.#controlsAt, CONTROL));
    this.#words = new Uint32Array(this.#memory);
    const at = addressOf(this.#memory);
    for (let i = 0; i < count; i++) {
      this.#views.push(new Uint8Array(this.#places, i * this.#stride + headroom, 0));
      for (const [header, iovec] of [[0, comingAt], [this.#outgoingAt, this.#answersAt]]) {
        const word = (header + i * HEADER) / 4;
        this.#pointer(word, at + this.#namesAt + i * NAME);
        this.#words[word + NAME_LENGTH] = NAME;
        this.#pointer(word + 4, at + iovec + i * IOVEC);
        this.#words[word + 6] = 1;
        this.#pointer(word + 8, at + this.#controlsAt + i * CONTROL);
      }
      const word = (comingAt + i * IOVEC) / 4;
      this.#pointer(word, this.#placesAt + i * this.#stride + headroom);
      this.#words[word + 2] = LONGEST;
    }
    this.incoming = new Uint8Array(this.#memory, 0, count * HEADER);
  }

  /** Whether it has so much room. */
  hasRoom(headroom: number, tailroom: number): boolean {
    return this.#headroom >= headroom && this.#tailroom >= tailroom;
  }

  /** Makes the places free for datagrams of a socket. */
  clear(): void {
    this.next = 0;
    this.#hasAnswer.fill(false);
    // The kernel has written there what it needed of the room.
    for (let i = 0; i < this.#hasAnswer.length; i++) {
      this.#words[i * WORDS + NAME_LENGTH] = NAME;
      this.#words[i * WORDS + CONTROL_LENGTH] = CONTROL;
    }
  }

  /** What has come in a place; good until the batch is cleared. */
  bytes(i: number): Uint8Array<ArrayBuffer> {
    const length = this.#words[i * WORDS + LENGTH];
    const view = this.#views[i];
    if (view.length === length) return view;
    return this.#views[i] = new Uint8Array(this.#places, view.byteOffset, length);
  }

  /** A number for who has sent it, which is the same for the same; others may have it too. */
  hash(i: number): number {
    const words = this.#words;
    const name = (this.#namesAt + i * NAME) / 4;
    let hash = words[name] ^ words[name + 1];
    if (this.#isSix(i)) { for (let at = 4; at < 7; at++) hash = Math.imul(hash, 31) ^ words[name + at]; }
    hash = Math.imul(hash, 0x9e3779b1);
    return hash ^ hash >>> 15;
  }

  /** Whether it came from this end, by the same address of ours. */
  isFrom(i: number, { name, control }: DatagramEnd): boolean {
    return this.#equals(this.#namesAt + i * NAME, name) &&
      (control === undefined
        ? !this.#words[i * WORDS + CONTROL_LENGTH]
        : this.#equals(this.#controlsAt + i * CONTROL, control));
  }

  /** Who has sent it. */
  end(i: number): DatagramEnd {
    const name = this.#copy(this.#namesAt + i * NAME, this.#words[i * WORDS + NAME_LENGTH]);
    const length = this.#words[i * WORDS + CONTROL_LENGTH];
    return { name, control: length ? this.#copy(this.#controlsAt + i * CONTROL, length) : undefined };
  }

  /** Prepares what is sent from a place: to whom it came from, unless another is named. */
  answer(i: number, bytes: Uint8Array, to?: DatagramEnd): void {
    let at = bytes.byteOffset;
    if (bytes.buffer !== this.#places) {
      at = i * this.#stride;
      new Uint8Array(this.#places, at, bytes.length).set(bytes);
    }
    const words = this.#words;
    const iovec = (this.#answersAt + i * IOVEC) / 4;
    this.#pointer(iovec, this.#placesAt + at);
    words[iovec + 2] = bytes.length;
    this.#hasAnswer[i] = true;
    if (to) this.#address(i, to);
    const header = this.#outgoingAt / 4 + i * WORDS;
    words[header + NAME_LENGTH] = words[i * WORDS + NAME_LENGTH];
    words[header + CONTROL_LENGTH] = words[i * WORDS + CONTROL_LENGTH] && this.#turnControl(i);
  }

  /** Bytes of an answer that was prepared. */
  answerLength(i: number): number {
    return this.#words[(this.#answersAt + i * IOVEC) / 4 + 2];
  }

  /** How many answers stand together from `next` on, which goes on to the first of them, at most to `end`. */
  answersTogether(end: number): number {
    while (this.next < end && !this.#hasAnswer[this.next]) this.next++;
    let after = this.next;
    while (after < end && this.#hasAnswer[after]) after++;
    return after - this.next;
  }

  /** The `struct mmsghdr`s for answers from `next` on. */
  outgoing(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory, this.#outgoingAt + this.next * HEADER);
  }

  #address(i: number, { name, control }: DatagramEnd): void {
    this.#words.set(name, (this.#namesAt + i * NAME) / 4);
    this.#words[i * WORDS + NAME_LENGTH] = name.byteLength;
    if (control) this.#words.set(control, (this.#controlsAt + i * CONTROL) / 4);
    this.#words[i * WORDS + CONTROL_LENGTH] = control?.byteLength ?? 0;
  }

  /**
   * Makes of where a datagram was sent to where its answer leaves from, and gives the length of what says so. The routing
   * table says by which interface, but for an address of one link.
   */
  #turnControl(i: number): number {
    const words = this.#words;
    const at = (this.#controlsAt + i * CONTROL) / 4;
    if (words[at] === PKTINFO) {
      words[at + INTERFACE] = 0;
      return words[at + ASKED] ? 32 : 0;
    }
    if (words[at] !== PKTINFO6) return 0;
    const start = words[at + ASKED6];
    if ((start & 0xff) === 0xff) return 0;
    if ((start & 0xc0ff) !== 0x80fe) words[at + INTERFACE6] = 0;
    return 40;
  }

  #isSix(i: number): boolean {
    return (this.#words[(this.#namesAt + i * NAME) / 4] & 0xffff) === FAMILIES.inet6;
  }

  #equals(at: number, theirs: Uint32Array<ArrayBuffer>): boolean {
    for (let i = 0; i < theirs.length; i++) if (theirs[i] !== this.#words[at / 4 + i]) return false;
    return true;
  }

  #copy(at: number, length: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.#memory.slice(at, at + length));
  }

  #pointer(word: number, address: number): void {
    this.#words[word] = address;
    this.#words[word + 1] = address / 2 ** 32;
  }
}
