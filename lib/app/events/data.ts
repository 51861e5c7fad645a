/** What a relay has read from one of its two ends; for a page also what an echo server has read, and answered. */
export interface DataEvent {
  event: "data";
  from: "client" | "target" | "server";
  /** The client, whichever of the two it is from. */
  peer: string;
  /** Length in bytes. */
  bytes: number;
  hex: string;
  /** Lengths in bytes of the frames that ended in it, without their borders. */
  frames: number[];
  /** What of frames is in it, in their order, the first of many; for pages alone. */
  pieces?: DataPiece[];
}

/** A frame in a read, or what of it is there; the indexes are bytes of the read. */
export interface DataPiece {
  from: number;
  /** Index behind the last byte, its border included. */
  to: number;
  begins: boolean;
  ends: boolean;
  /** The start of what is in the frame, if it ends here and is text. */
  text?: string;
}
