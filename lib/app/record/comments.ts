import type { Segment } from "../trace/borders.ts";

/**
 * What a packet says of the frames in it, in bytes of its own: `frame 3: bytes 0-5`, `frame 4 begins: bytes 6-1459`.
 *
 * @param frames the frames of the whole read or write, of which the packet has the bytes `from` to `end`
 * @param first the first of them that may be in it
 */
export function frameComments(
  frames: readonly Segment[],
  first: number,
  from: number,
  end: number,
): string[] {
  const comments: string[] = [];
  for (let i = first; i < frames.length && frames[i].from < end; i++) {
    const frame = frames[i];
    const begins = frame.begins && frame.from >= from;
    const ends = frame.ends && frame.to <= end;
    const how = begins ? (ends ? "" : " begins") : ends ? " ends" : " goes on";
    const last = Math.min(frame.to, end) - 1 - from;
    comments.push(`frame ${frame.frame}${how}: ${bytesText(Math.max(frame.from - from, 0), last)}`);
  }
  return comments;
}

const bytesText = (first: number, last: number) =>
  first === last ? `byte ${first}` : `bytes ${first}-${last}`;
