import { assert } from "@std/assert";
import { CaptureError } from "./capture_error.ts";
import { CaptureReader } from "./capture_reader.ts";
import type { CapturedPacket } from "./captured_packet.ts";
import { TransportReader } from "../transport.ts";

/** Bytes that a reader may reserve: a block. */
const MOST_HELD = 1_048_576;

/** Everything that comes of a capture fed in chunks of these sizes, the last for the rest: a line for each packet and error. */
export function outcome(file: Uint8Array, sizes: readonly number[] = []): string[] {
  const reader = new CaptureReader();
  const transports = new TransportReader();
  const lines: string[] = [];
  const drain = (): boolean => {
    try {
      for (let packet; (packet = reader.next());) {
        lines.push(lineOf(packet));
        transports.read(packet);
      }
      return true;
    } catch (error) {
      assert(error instanceof CaptureError, `${error}`);
      lines.push(`${error.code} at ${error.offset}: ${error.message}`);
      return false;
    }
  };
  let at = 0;
  let goesOn = true;
  for (const size of [...sizes, file.length]) {
    const chunk = file.slice(at, at + size);
    at += chunk.length;
    reader.feed(chunk);
    goesOn &&= drain();
    assert(reader.buffered <= Math.min(MOST_HELD, 16 * at), `${reader.buffered} bytes for ${at}`);
    // A decoder that still reads a drained chunk is found out.
    chunk.fill(0xee);
  }
  reader.end();
  if (goesOn) drain();
  return lines;
}

function lineOf(
  { number, offset, time, linkType, interface: on, bytes, length, comments }: CapturedPacket,
): string {
  return [number, offset, time, linkType, on, bytes.toHex(), length, ...comments].join(" ");
}
