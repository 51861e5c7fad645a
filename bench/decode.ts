/**
 * `deno run bench/decode.ts CASE`: one way of cutting frames from memory, in GB/s on stdout. Each case has a process
 * of its own, as a server has one kind of frame: calls stay monomorphic.
 *
 * @module
 */
import { type Decoder, decoderStream, parseSpec } from "../lib/framing/mod.ts";
import { median } from "./report.ts";

const CHUNK = 65_536;
const TOTAL = 32 << 20;
const PASSES = 24;
const WARM_UP = 4;

type Drive = (decoder: Decoder, chunks: Uint8Array[]) => number | Promise<number>;

const CASES: Record<string, [spec: string, frame: Uint8Array, drive: Drive]> = {
  "len 64 B": ["len:i32le", lengthFrame(64), push],
  "len 1 MiB": ["len:i32le", lengthFrame(1 << 20), push],
  "line 64 B": ["line", new Uint8Array(64).fill(120).with(63, 10), push],
  "stream of len 64 B": ["len:i32le", lengthFrame(64), stream],
  "views of 64 B": ["raw", lengthFrame(60), views],
};

const [spec, frame, drive] = CASES[Deno.args[0]];
const count = Math.floor(TOTAL / frame.length);
let chunks: Uint8Array[] = [];
// More than once, so that the heap is one in use: in a fresh one the C library may hand each 1 MiB frame's memory
// back to the kernel at once, and the page faults take six times as long as the decoder.
for (let i = 0; i < 3; i++) chunks = [...cut(frame, count)];
const rates: number[] = [];
for (let pass = 0; pass < PASSES; pass++) {
  const { decoder } = parseSpec(spec).open();
  const start = performance.now();
  const frames = await drive(decoder, chunks);
  const seconds = (performance.now() - start) / 1e3;
  if (frames !== count) throw new Error(`${frames} frames of ${count}`);
  if (pass >= WARM_UP) rates.push(count * frame.length / seconds / 1e9);
}
console.log(median(rates));

function lengthFrame(size: number): Uint8Array {
  const bytes = new Uint8Array(4 + size).fill(120);
  new DataView(bytes.buffer).setInt32(0, size, true);
  return bytes;
}

function* cut(frame: Uint8Array, count: number): Generator<Uint8Array> {
  const all = new Uint8Array(frame.length * count);
  for (let i = 0; i < count; i++) all.set(frame, i * frame.length);
  for (let at = 0; at < all.length; at += CHUNK) yield all.slice(at, at + CHUNK);
}

function push(decoder: Decoder, chunks: Uint8Array[]): number {
  let frames = 0;
  for (const chunk of chunks) {
    decoder.feed(chunk);
    while (decoder.next() !== undefined) frames++;
  }
  return frames;
}

/** The limit: no decoder, just a view for each 64 bytes. */
function views(_decoder: Decoder, chunks: Uint8Array[]): number {
  let bytes = 0;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += 64) bytes += chunk.subarray(at, at + 64).length;
  }
  return bytes / 64;
}

async function stream(decoder: Decoder, chunks: Uint8Array[]): Promise<number> {
  let frames = 0, next = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (next < chunks.length) controller.enqueue(chunks[next++]);
      else controller.close();
    },
  });
  for await (const batch of source.pipeThrough(decoderStream(decoder))) frames += batch.length;
  return frames;
}
