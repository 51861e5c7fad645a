/** What happens on a wire of the lab, and what comes of it. */
export type OnWireEvent = SegmentEvent | DatagramEvent | BadWireEvent | ArrivalEvent | FloodEvent;

/** Which of the two ends of a TCP connection. */
export type TcpEnd = "client" | "server";

/** What a bad wire does to a packet, if it does anything. */
export interface Fate {
  /** It never arrives. */
  lost?: true;
  /** It arrives twice. */
  twice?: true;
  /** It arrives behind others that were sent after it. */
  late?: true;
}

/** What is told besides of a packet where programs are watched that aren't ours. */
export interface Watched {
  /** Its connection, or the pair of ports, by its number as tshark counts. */
  stream?: number;
  /** Its sender's address, and the other one. */
  local?: string;
  remote?: string;
  /** What it carries, if that is text; of the lab's own lessons only what is short. */
  text?: string;
  /** The encoding of `text`, unless that is UTF-8. */
  encoding?: "gbk";
  /** What it carries, where that is no text. */
  hex?: string;
}

/** A segment of TCP (RFC 9293) on the wire. */
export interface SegmentEvent extends Fate, Watched {
  event: "segment";
  from: TcpEnd;
  /** `SYN`, `ACK` and the like. */
  flags: string[];
  /** Counted from the number that the end began with. */
  seq: number;
  /** Counted from the number that the other end began with; where the flag ACK is set. */
  ack?: number;
  /** The same, as they stand in the header. */
  absolute: { seq: number; ack?: number };
  /** Bytes that it carries. */
  bytes: number;
  /** Bytes that its sender can take, by the scale that the two have agreed on. */
  window: number;
  /** As in `MSS 1460`. */
  options: string[];
  /** What has come besides what is acknowledged, from and up to, counted as `ack` is. */
  sack?: [from: number, to: number][];
  /** It is a segment that was sent before. */
  again?: true;
  /** It carries nothing, by a number that is behind: whoever gets it must answer. */
  probe?: true;
  /** Which of the numbers that a lesson sends it carries. */
  number?: number;
}

/** A wire begins that disturbs packets. */
export interface BadWireEvent {
  event: "bad_wire";
  /** What repeats its chance. */
  seed: number;
  /** How likely a packet is lost, comes twice, or comes late: from 0 to 1. */
  loss: number;
  duplicate: number;
  reorder: number;
}

/** A datagram of UDP (RFC 768) on the wire. */
export interface DatagramEvent extends Fate, Watched {
  event: "datagram";
  /** The client is who sent the first one. */
  from: TcpEnd;
  /** Bytes that it carries. */
  bytes: number;
  /** Which of the numbers that a lesson sends it carries. */
  number?: number;
}

/** A program has got one of the numbers that the other sent. */
export interface ArrivalEvent {
  event: "arrival";
  over: "udp" | "tcp";
  number: number;
  /** Ms since the other program sent it. */
  ms: number;
  /** Ms of these in which the system had it, and kept it back because of one before it that was missing. */
  kept_ms?: number;
}

/** SYNs have come from addresses that nobody has. */
export interface FloodEvent {
  event: "flood";
  segments: number;
  /** The first and the last of the addresses. */
  sources: [first: string, last: string];
  /** How many connections the server has in SYN_RECV now. */
  half_open: number;
}
