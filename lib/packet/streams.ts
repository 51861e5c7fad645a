import type { Endpoint } from "./address.ts";
import { tooLarge } from "./capture/capture_error.ts";
import { TCP_FLAGS, type TcpSegment } from "./tcp.ts";
import type { Transport } from "./transport.ts";

/** A connection of TCP, or all datagrams between two ports. */
export interface Stream {
  protocol: "tcp" | "udp";
  /** Its number as tshark counts, from 0, TCP and UDP apart. */
  number: number;
  /** Who began, as far as the capture tells. */
  client: Endpoint;
  server: Endpoint;
}

/** Which stream a packet belongs to. */
export interface StreamSide {
  stream: Stream;
  isFromClient: boolean;
}

/** Which stream a packet belongs to, and where in it a segment of TCP is. */
export interface StreamPlace extends StreamSide {
  /** Sequence number, counted from the one that its sender began with; of TCP alone. */
  seq?: number;
  /** What is acknowledged, counted from the number that the other side began with; if anything is. */
  ack?: number;
}

/** A stream, and for TCP the sequence number that each end began with. */
interface Entry {
  stream: Stream;
  first: { [end: string]: number | undefined };
}

/** Streams that are told apart, unless more are wanted. */
const MAX_STREAMS = 100_000;

/**
 * Numbers the streams of a capture as tshark does: a stream is what goes between two endpoints, and a SYN with a new
 * sequence number begins another one between the same two.
 */
export class StreamTable {
  readonly #max: number;
  readonly #entries = new Map<string, Entry>();
  readonly #counts = { tcp: 0, udp: 0 };

  /** @param maxStreams how many there may be */
  constructor(maxStreams: number = MAX_STREAMS) {
    this.#max = maxStreams;
  }

  /**
   * The stream of a packet. Each is to be given once, in the order of the capture.
   *
   * @throws {CaptureError} `capture_too_large` if there are too many streams
   */
  find(transport: Transport): StreamPlace {
    const { protocol, segment } = transport;
    const [source, destination] = [nameOf(transport.source), nameOf(transport.destination)];
    const key = `${protocol} ${[source, destination].sort().join(" ")}`;
    let entry = this.#entries.get(key);
    if (!entry || (protocol === "tcp" && isAnother(segment, entry.first[source]))) {
      entry = this.#begin(transport);
      this.#entries.set(key, entry);
    }
    const { stream, first } = entry;
    const side = { stream, isFromClient: source === nameOf(stream.client) };
    if (protocol === "udp") return side;
    const { flags, seq, ack } = segment;
    // An answer to a SYN is believed whatever came before it.
    if ((flags & SYN_ACK) === SYN_ACK) first[source] = seq;
    const own = first[source] ??= flags & TCP_FLAGS.SYN ? seq : less(seq, 1);
    if (!(flags & TCP_FLAGS.ACK)) return { ...side, seq: less(seq, own) };
    const others = first[destination] ??= less(ack, 1);
    return { ...side, seq: less(seq, own), ack: less(ack, others) };
  }

  #begin({ protocol, segment, source, destination, packet }: Transport): Entry {
    if (this.#counts.tcp + this.#counts.udp === this.#max) {
      throw tooLarge(packet.offset, `over ${this.#max} streams`);
    }
    const isAnswer = protocol === "tcp" && (segment.flags & SYN_ACK) === SYN_ACK;
    const [client, server] = isAnswer ? [destination, source] : [source, destination];
    return { stream: { protocol, number: this.#counts[protocol]++, client, server }, first: {} };
  }
}

const SYN_ACK = TCP_FLAGS.SYN | TCP_FLAGS.ACK;

const nameOf = ({ address, port }: Endpoint) => `${address}:${port}`;

const less = (seq: number, count: number) => (seq - count) >>> 0;

/** Whether a segment begins a connection other than that which began with `first`. */
function isAnother({ flags, seq }: TcpSegment, first: number | undefined): boolean {
  return (flags & SYN_ACK) === TCP_FLAGS.SYN && first !== undefined && seq !== first;
}
