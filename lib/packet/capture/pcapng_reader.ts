import { malformed, tooLarge, unknown } from "./capture_error.ts";
import type { CaptureInput } from "./capture_input.ts";
import { type CapturedPacket, MAX_PACKET, NO_COMMENTS } from "./captured_packet.ts";
import { BLOCKS, BYTE_ORDER_MAGIC, OPTIONS, padded } from "./pcapng_blocks.ts";

/** Bytes that a block may have that is read: a packet with its comments. */
const MAX_BLOCK = 1_048_576;
/** Interfaces that a section may have: as many as the old packet block can name. */
const MAX_INTERFACES = 65_536;
/** The fewest bytes of a block, by its type. */
const LEAST: Record<number, number> = {
  [BLOCKS.section]: 28,
  [BLOCKS.interface]: 20,
  [BLOCKS.packet]: 32,
  [BLOCKS.simplePacket]: 16,
  [BLOCKS.enhancedPacket]: 32,
};

/** What an interface block says. */
interface Interface {
  linkType: number;
  /** Bytes that a packet is cut to; 0 for none. */
  snapLength: number;
  /** Ticks of its times in a second. */
  perSecond: bigint;
  /** Seconds to add to its times. */
  offset: bigint;
}

/** A block that is here as a whole. */
interface Block {
  type: number;
  /** Offset in the file. */
  start: number;
  bytes: Uint8Array;
  view: DataView;
}

/** An option of a block: its type, and where it lies in the block. */
type Option = [type: number, at: number, length: number];

/**
 * Reads pcapng: blocks that each say their length twice, of which those that are no packet, interface or section are
 * passed over, however long they are.
 *
 * ```text
 * type | length | body | length
 * section   1a2b3c4d in the byte order of all up to the next one | version 1, 0 | …
 * interface link type | 0 | longest packet | options
 * packet    interface | time, upper and lower half | bytes captured | bytes on the wire | what was captured | options
 * simple    bytes on the wire | what was captured
 * old       interface | drops | then as "packet"
 * ```
 */
export class PcapngReader {
  readonly #input: CaptureInput;
  #little = true;
  #interfaces: Interface[] = [];
  #count = 0;

  constructor(input: CaptureInput) {
    this.#input = input;
  }

  /** The next packet, or `undefined` when more bytes are needed. */
  next(): CapturedPacket | undefined {
    for (let block; (block = this.#readBlock());) {
      if (block.type === BLOCKS.section) this.#interfaces = [];
      else if (block.type === BLOCKS.interface) this.#addInterface(block);
      else return this.#readPacket(block);
    }
    return undefined;
  }

  /** The next block that means something here; `undefined` if it isn't here as a whole. */
  #readBlock(): Block | undefined {
    for (let head; (head = this.#input.peek(12));) {
      const start = this.#input.position;
      const view = new DataView(head.buffer, head.byteOffset, 12);
      const isSection = view.getUint32(0) === BLOCKS.section;
      if (isSection) this.#little = isLittle(view, start);
      const type = view.getUint32(0, this.#little);
      const size = view.getUint32(4, this.#little);
      const least = LEAST[type];
      if (size < (least ?? 12) || size % 4 !== 0) throw malformed(start, `a block of ${size} bytes`);
      if (least === undefined) {
        this.#input.skip(size);
        continue;
      }
      if (size > MAX_BLOCK) throw tooLarge(start, `a block of ${size} bytes`);
      const bytes = this.#input.peek(size);
      if (!bytes) return undefined;
      const block = { type, start, bytes, view: new DataView(bytes.buffer, bytes.byteOffset, size) };
      this.#check(block);
      this.#input.skip(size);
      return block;
    }
    return undefined;
  }

  #check({ type, start, view }: Block): void {
    const size = view.byteLength;
    const again = view.getUint32(size - 4, this.#little);
    if (again !== size) throw malformed(start, `a block of ${size} bytes that ends with ${again}`);
    if (type !== BLOCKS.section) return;
    const version = view.getUint16(12, this.#little);
    if (version !== 1) throw unknown(`pcapng of version ${version} isn't known, at byte ${start}`, start);
  }

  #addInterface(block: Block): void {
    const { view, bytes, start } = block;
    if (this.#interfaces.length === MAX_INTERFACES) {
      throw tooLarge(start, `over ${MAX_INTERFACES} interfaces`);
    }
    let perSecond = 1_000_000n;
    let offset = 0n;
    for (const [type, at, length] of this.#optionsOf(block, 16)) {
      if (type === OPTIONS.timeResolution && length === 1) perSecond = ticksPerSecond(bytes[at]);
      if (type === OPTIONS.timeOffset && length === 8) offset = view.getBigInt64(at, this.#little);
    }
    const snapLength = view.getUint32(12, this.#little);
    this.#interfaces.push({ linkType: view.getUint16(8, this.#little), snapLength, perSecond, offset });
  }

  #readPacket(block: Block): CapturedPacket {
    const { type, view, start } = block;
    if (type === BLOCKS.simplePacket) return this.#readSimplePacket(block);
    const little = this.#little;
    const number = type === BLOCKS.packet ? view.getUint16(8, little) : view.getUint32(8, little);
    const { linkType, perSecond, offset } = this.#interface(number, start);
    const captured = view.getUint32(20, little);
    checkPacket(captured, 28, view.byteLength, start);
    const ticks = BigInt(view.getUint32(12, little)) << 32n | BigInt(view.getUint32(16, little));
    return {
      number: ++this.#count,
      offset: start,
      time: (ticks * 1_000_000_000n) / perSecond + offset * 1_000_000_000n,
      linkType,
      interface: number,
      bytes: block.bytes.subarray(28, 28 + captured),
      length: view.getUint32(24, little),
      comments: this.#commentsOf(block, 28 + padded(captured)),
    };
  }

  #readSimplePacket({ view, bytes, start }: Block): CapturedPacket {
    const { linkType, snapLength } = this.#interface(0, start);
    const length = view.getUint32(8, this.#little);
    const captured = Math.min(length, snapLength || length);
    checkPacket(captured, 12, bytes.length, start);
    return {
      number: ++this.#count,
      offset: start,
      linkType,
      interface: 0,
      bytes: bytes.subarray(12, 12 + captured),
      length,
      comments: NO_COMMENTS,
    };
  }

  #interface(number: number, start: number): Interface {
    const found = this.#interfaces[number];
    if (!found) throw malformed(start, `a packet of interface ${number}, which isn't there`);
    return found;
  }

  #commentsOf(block: Block, from: number): readonly string[] {
    if (from === block.bytes.length - 4) return NO_COMMENTS;
    return this.#optionsOf(block, from)
      .filter(([type]) => type === OPTIONS.comment)
      .map(([, at, length]) => UTF8.decode(block.bytes.subarray(at, at + length)));
  }

  /** The options of a block, which begin at `from`. */
  #optionsOf({ view, start }: Block, from: number): Option[] {
    const options: Option[] = [];
    const end = view.byteLength - 4;
    for (let at = from; at < end;) {
      const type = view.getUint16(at, this.#little);
      const length = view.getUint16(at + 2, this.#little);
      if (type === OPTIONS.end) break;
      if (at + 4 + length > end) throw malformed(start, `an option of ${length} bytes that is cut`);
      options.push([type, at + 4, length]);
      at += 4 + padded(length);
    }
    return options;
  }
}

/** One for all: a block can have a quarter of a million comments. */
const UTF8 = new TextDecoder();

/** The byte order of the section that begins with these 12 bytes. */
function isLittle(view: DataView, start: number): boolean {
  const isLittle = view.getUint32(8, true) === BYTE_ORDER_MAGIC;
  if (!isLittle && view.getUint32(8) !== BYTE_ORDER_MAGIC) {
    throw malformed(start, "a section without byte order");
  }
  return isLittle;
}

/** Whether a packet that begins `at` in a block of `size` bytes has room there, and may have so many. */
function checkPacket(captured: number, at: number, size: number, start: number): void {
  if (captured > size - at - 4) throw malformed(start, `a packet of ${captured} bytes in a block of ${size}`);
  if (captured > MAX_PACKET) throw tooLarge(start, `a packet of ${captured} bytes`);
}

/** What if_tsresol says: a power of 10, or, with the upper bit, of 2. */
const ticksPerSecond = (resolution: number): bigint =>
  (resolution & 0x80 ? 2n : 10n) ** BigInt(resolution & 0x7f);
