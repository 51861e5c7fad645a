import type { Context } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { CaptureReader, type Endpoint } from "../../packet/mod.ts";
import { SegmentReader } from "../sequence/segments.ts";

/**
 * Reports the segments of a connection in a capture, to its end or until it is time to stop.
 *
 * @param chunks a pcap or pcapng file
 * @param number which connection, as tshark counts from 0; without it the first
 * @param onBegin told of the two ends before the first segment
 * @throws {CaptureError} where the file is malformed
 * @throws {PinwireError} `no_stream` if there is no such connection
 */
export async function reportCaptured(
  chunks: AsyncIterable<Uint8Array>,
  number: number | undefined,
  { reporter, stop }: Pick<Context, "reporter" | "stop">,
  onBegin: (client: Endpoint, server: Endpoint) => void,
): Promise<void> {
  const capture = new CaptureReader();
  const segments = new SegmentReader();
  let wanted = number;
  let hasBegun = false;
  // Whoever writes the capture may take its time.
  const stopped = Promise.withResolvers<{ done: true; value: undefined }>();
  using _stopping = stop.onStop(() => stopped.resolve({ done: true, value: undefined }));
  async function report(): Promise<void> {
    for (let packet; (packet = capture.next());) {
      const found = segments.read(packet);
      if (!found) continue;
      const { stream, event } = found;
      if (stream.number !== (wanted ??= stream.number)) continue;
      if (!hasBegun) onBegin(stream.client, stream.server);
      hasBegun = true;
      reporter.report(event);
      await reporter.drained();
      if (stop.signal.aborted) return;
    }
  }
  const reads = chunks[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await Promise.race([reads.next(), stopped.promise]);
    if (stop.signal.aborted) return;
    if (done) break;
    capture.feed(value);
    await report();
  }
  capture.end();
  await report();
  if (hasBegun) return;
  throw new PinwireError(
    "no_stream",
    number === undefined ? "the capture has no TCP in it" : `the capture has no TCP stream ${number}`,
    {
      hint: number === undefined
        ? "capture with tcpdump -w"
        : "tshark -z conv,tcp -r FILE lists them, from 0",
    },
  );
}
