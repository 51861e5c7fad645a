/** A packet as a capture has it. */
export interface CapturedPacket {
  /** Its number in the capture, from 1. */
  number: number;
  /** Offset in the file, in bytes, of its block or header. */
  offset: number;
  /** When it was captured, in ns since 1970; `undefined` where the capture doesn't say. */
  time?: bigint;
  /** What its first bytes are, as a LINKTYPE_ of tcpdump.org; {@linkcode ipBytes} reads it. */
  linkType: number;
  /** Which interface of its section of the file it was seen on, from 0. */
  interface: number;
  /** What was captured, beginning with the header of the link. */
  bytes: Uint8Array;
  /** Bytes that it had on the wire. */
  length: number;
  /** What somebody wrote beside it. */
  comments: readonly string[];
}

/** Bytes that a packet may have, as in tcpdump and Wireshark. */
export const MAX_PACKET = 262_144;

/** Nothing was written beside it. */
export const NO_COMMENTS: readonly string[] = [];
