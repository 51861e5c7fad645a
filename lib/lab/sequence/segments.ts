import type { SegmentEvent, TcpEnd } from "../../app/mod.ts";
import {
  type CapturedPacket,
  flagNames,
  parseTcpOptions,
  type Stream,
  StreamTable,
  TCP_FLAGS,
  type TcpOption,
  type TcpSegment,
  TransportReader,
} from "../../packet/mod.ts";

/** Bytes of a segment's content that are shown. */
const SHOWN = 40;
/** RFC 7323, section 2.3. */
const MAX_SCALE = 14;

/** A segment, and the connection that it belongs to. */
export interface StreamSegment {
  stream: Stream;
  event: SegmentEvent;
}

/** What is remembered of a connection. */
interface Memory {
  /** How much each end's windows are multiplied with; none before both have said it. */
  scales: Partial<Record<TcpEnd, number>>;
  /** The sequence number behind the last that each end has used. */
  next: Partial<Record<TcpEnd, number>>;
}

/** Reads the segments of TCP in packets, of a capture or of a wire, each with what the ones before it have agreed on. */
export class SegmentReader {
  readonly #transports = new TransportReader();
  readonly #streams = new StreamTable();
  readonly #memories = new Map<number, Memory>();

  /**
   * The segment in the next packet; `undefined` if it is none.
   *
   * @throws {CaptureError} `capture_too_large` if there are too many connections
   */
  read(packet: CapturedPacket): StreamSegment | undefined {
    const transport = this.#transports.read(packet);
    if (transport === undefined) return undefined;
    const { stream, isFromClient, seq, ack } = this.#streams.find(transport);
    if (transport.protocol === "udp" || seq === undefined) return undefined;
    const { segment } = transport;
    const from = isFromClient ? "client" : "server";
    const memory = this.#memoryOf(stream.number);
    const options = parseTcpOptions(segment.options);
    const isSyn = (segment.flags & TCP_FLAGS.SYN) !== 0;
    if (isSyn) {
      learnScale(memory, from, options);
    }
    const repeats = takeNumbers(memory, from, segment);
    const sack = sackOf(options, segment.ack, ack);
    const text = textOf(segment);
    const event: SegmentEvent = {
      event: "segment",
      from,
      flags: flagNames(segment.flags),
      seq,
      ...ack !== undefined && { ack },
      absolute: { seq: segment.seq, ...ack !== undefined && { ack: segment.ack } },
      bytes: segment.length,
      window: isSyn ? segment.window : segment.window * 2 ** scaleOf(memory, from),
      options: options.map(optionText),
      ...text !== undefined && { text },
      ...sack && { sack },
      ...repeats,
    };
    return { stream, event };
  }

  #memoryOf(number: number): Memory {
    let memory = this.#memories.get(number);
    if (!memory) this.#memories.set(number, memory = { scales: {}, next: {} });
    return memory;
  }
}

/** An option of a header, as in `MSS 1460`. */
export function optionText(option: TcpOption): string {
  switch (option.kind) {
    case "mss":
      return `MSS ${option.size}`;
    case "window scale":
      return `window scale ${option.shift}`;
    case "SACK permitted":
      return "SACK permitted";
    case "SACK":
      return `SACK ${option.blocks.map(([from, to]) => `${from}-${to}`).join(" ")}`;
    case "timestamps":
      return `timestamps ${option.value} ${option.echo}`;
    case "other":
      return `option ${option.number}`;
  }
}

function learnScale({ scales }: Memory, from: TcpEnd, options: TcpOption[]): void {
  const scale = options.find((option) => option.kind === "window scale");
  if (scale) scales[from] = Math.min(scale.shift, MAX_SCALE);
  else delete scales[from];
}

// Both must have offered it.
const scaleOf = ({ scales }: Memory, from: TcpEnd) =>
  scales.client === undefined || scales.server === undefined ? 0 : scales[from]!;

/** Takes the sequence numbers of a segment, and gives how it repeats others: all of them had been used before. */
function takeNumbers(
  { next }: Memory,
  from: TcpEnd,
  { flags, seq, length }: TcpSegment,
): Pick<SegmentEvent, "again" | "probe"> {
  const count = length + (flags & TCP_FLAGS.SYN ? 1 : 0) + (flags & TCP_FLAGS.FIN ? 1 : 0);
  const end = (seq + count) >>> 0;
  const known = next[from];
  // Numbers go round (RFC 9293, section 3.4).
  const ahead = known === undefined ? 1 : (end - known) | 0;
  if (count && ahead <= 0) return { again: true };
  if (count) next[from] = end;
  return !count && ahead === -1 && !(flags & TCP_FLAGS.RST) ? { probe: true } : {};
}

/** The blocks of a SACK (RFC 2018), counted as the acknowledgment beside them is. */
function sackOf(options: TcpOption[], absolute: number, ack = 0): SegmentEvent["sack"] {
  const sack = options.find((option) => option.kind === "SACK");
  const counted = (number: number) => ack + ((number - absolute) | 0);
  return sack?.blocks.map(([from, to]) => [counted(from), counted(to)]);
}

function textOf({ payload }: TcpSegment): string | undefined {
  if (!payload.length || payload.length > SHOWN) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(payload);
  } catch {
    return undefined;
  }
}
