import { PinwireError } from "../../errors.ts";

/** What was wrong with a capture. */
export type CaptureErrorCode =
  /** It is neither pcap nor pcapng, or of a version that isn't known. */
  | "capture_unknown"
  /** It ends inside a header, a block or a packet. */
  | "capture_truncated"
  /** Numbers that can't be true. */
  | "capture_malformed"
  /** More than is read: a block, a packet, or so many interfaces or streams. */
  | "capture_too_large";

/** A capture that can't be read on, with the place where it begins to be wrong. What came before it is good. */
export class CaptureError extends PinwireError {
  override name = "CaptureError";
  declare readonly code: CaptureErrorCode;
  /** Offset in the file, in bytes, of the header, block or packet that is wrong. */
  readonly offset: number;

  constructor(code: CaptureErrorCode, message: string, offset: number, hint: string) {
    super(code, message, { hint });
    this.offset = offset;
  }
}

/** The error of what can't be true, as `what` says: `a block of 3 bytes`. */
export const malformed = (offset: number, what: string): CaptureError =>
  new CaptureError(
    "capture_malformed",
    `the capture is damaged at byte ${offset}, it has ${what}`,
    offset,
    "what stands before that is good; copy or capture it again",
  );

/** The error of `what` that is over a limit. */
export const tooLarge = (offset: number, what: string): CaptureError =>
  new CaptureError(
    "capture_too_large",
    `the capture has ${what} at byte ${offset}, more than is read`,
    offset,
    "cut out with tshark -r FILE -Y FILTER -w FILE2 what matters",
  );

/** The error of a capture that ends inside of what begins at `offset`. */
export const truncated = (offset: number): CaptureError =>
  new CaptureError(
    "capture_truncated",
    `the capture breaks off inside of what begins at byte ${offset}`,
    offset,
    "whatever wrote it was ended, or it was not copied whole",
  );

/** The error of what is no capture that is known here. */
export const unknown = (what: string, offset = 0): CaptureError =>
  new CaptureError(
    "capture_unknown",
    what,
    offset,
    "make a pcapng of it with editcap, which comes with Wireshark",
  );
