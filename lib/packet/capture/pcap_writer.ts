import { LINK_TYPES } from "./link.ts";

/**
 * The beginning of a pcap file with times in µs.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { CaptureReader } from "./capture_reader.ts";
 *
 * const reader = new CaptureReader();
 * reader.feed(pcapHeader());
 * reader.feed(pcapRecord(1_700_000_000_000_001, new Uint8Array(20)));
 * assertEquals(reader.next()?.time, 1_700_000_000_000_001_000n);
 * ```
 */
export function pcapHeader(linkType: number = LINK_TYPES.raw): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262_144, true);
  view.setUint32(20, linkType, true);
  return new Uint8Array(view.buffer);
}

/** A packet of a pcap file, captured at `time` in µs since 1970. */
export function pcapRecord(time: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(16 + bytes.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, Math.floor(time / 1e6), true);
  view.setUint32(4, time % 1e6, true);
  view.setUint32(8, bytes.length, true);
  view.setUint32(12, bytes.length, true);
  record.set(bytes, 16);
  return record;
}
