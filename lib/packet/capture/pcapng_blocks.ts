/** Types of blocks of pcapng (draft-ietf-opsawg-pcapng). */
export const BLOCKS = {
  section: 0x0a0d0d0a,
  interface: 1,
  /** The old one, out of use. */
  packet: 2,
  simplePacket: 3,
  enhancedPacket: 6,
} as const;

/** Types of options: of any block, of an interface block. */
export const OPTIONS = { end: 0, comment: 1, interfaceName: 2, timeResolution: 9, timeOffset: 14 } as const;

/** What a section begins with, in its byte order. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** `length` filled up to whole words. */
export const padded = (length: number): number => (length + 3) & ~3;
