import type { SocketKind, TcpInfo } from "../net/mod.ts";
import type { DataEvent } from "./events/data.ts";
import type { DeviceEvent, StateEvent } from "./events/led.ts";
import type { OnWireEvent, TcpEnd } from "./events/wire.ts";

/** What happens, as `--json` tells it; docs/protocol.md lists the fields. */
export type Event =
  | ListeningEvent
  | { event: "connected"; peer: string }
  | { event: "disconnected"; peer: string; reason: string }
  | DeviceEvent
  | { event: "stdout" | "stderr"; data: string }
  | { event: "exit"; code: number; signal: string | number | null }
  | DataEvent
  | NoticeEvent
  | StateEvent
  | ProbeEvent
  | LabEvent
  | MessageEvent
  | ErrorEvent;

/** A server is ready. */
export interface ListeningEvent {
  event: "listening";
  address: string;
  /** Whose sockets these are: the system's own, or the runtime's. */
  sockets: SocketKind;
  /** Of a page: what to open in a browser. The secret that the page shows to its server stands behind `#k=`. */
  url?: string;
  /** What its messages are, as `--frame` says it; for pages alone. */
  frame?: string;
  warning?: string;
}

/** A message received, at either end. */
export interface MessageEvent {
  event: "message";
  peer: string;
  text: string;
  /** Length in bytes. */
  bytes: number;
  /** The bytes, when `text` could not be decoded without loss. */
  hex?: string;
  /** Who said it, in a chat. */
  nick?: string;
  /** Where, in a chat. */
  room?: string;
  /** It was said before the client came. */
  past?: boolean;
  /** It was said to this client alone. */
  private?: boolean;
}

/** Something that people should know and that is no message of anybody's. */
export interface NoticeEvent {
  event: "notice";
  text: string;
  /** The chat room that it is about. */
  room?: string;
}

/** What `probe` has found at an address. */
export interface ProbeEvent {
  event: "probe";
  address: string;
  state: "open" | "closed" | "no answer" | "open or silent";
  /** Milliseconds that it took to find out, TLS and its handshake among them. */
  ms: number;
  /** Of an open `tcp://` address, where the kernel tells. */
  tcp?: TcpInfo;
  /** Of an open `tls://` address. */
  tls?: TlsFacts;
  /** Why it isn't open, or why its certificate isn't trusted. */
  reason?: string;
  hint?: string;
}

/** What TLS agreed on, and whose certificate it was. What was not to be learned is left out. */
export interface TlsFacts {
  /** Whether a dial would accept the certificate. */
  trusted: boolean;
  /** `TLSv1.3` or `TLSv1.2`. */
  version?: string;
  /** The cipher suite's name in OpenSSL. */
  cipher?: string;
  /** What was chosen of `h2` and `http/1.1`; null if nothing was. */
  alpn?: string | null;
  /** The host names and IP addresses that the certificate is for; none without subjectAltName (RFC 6125). */
  names?: string[];
  /** Who signed the certificate: `CN=…, O=…`. */
  issuer?: string;
  /** Whole days until it expires; negative if it has. */
  days_left?: number;
}

/** What the lab shows. */
export type LabEvent =
  | LessonEvent
  | PrivateNetworkEvent
  | ReadsEvent
  | CureEvent
  | LayerEvent
  | DeliveryEvent
  | SceneEvent
  | OnWireEvent
  | CallEvent
  | SystemCallEvent
  | TcpStateEvent
  | TcpSocketEvent
  | NetworkEvent
  | SameNetworkEvent;

/** A lesson of the lab. */
export interface LessonEvent {
  event: "lesson";
  lesson: string;
  summary: string;
  /** How it is shown on this machine: as it happens, the same on plain sockets, as it was recorded, or not at all. */
  shown: "live" | "plain" | "recording" | "nothing";
}

/** Whether this machine allows the lab a network of its own. */
export interface PrivateNetworkEvent {
  event: "private_network";
  allowed: boolean;
  /** Why not, and what would allow it. */
  reason?: string;
  /** Where one has been made: the command that joins it. */
  join?: string;
}

/** What one program wrote, write by write, and what the other got, read by read. */
export interface ReadsEvent {
  event: "reads";
  experiment: "stuck" | "torn" | "split" | "no_delay" | "rest";
  writes: string[];
  reads: string[];
}

/** How a way to cut a stream into messages has stood its tests. */
export interface CureEvent {
  event: "cure";
  /** As `--frame` names it. */
  frame: string;
  /** Bytes on the wire for the message `one`, in hex. */
  hex: string;
  /** Whether each message came out as it was: three in one write, each byte read alone, any bytes within. */
  stuck: boolean;
  torn: boolean;
  any: boolean;
}

/** A layer of a packet: a header with its fields, or what is inside them all. */
export interface LayerEvent {
  event: "layer";
  layer: "message" | "tcp" | "udp" | "ip" | "ethernet";
  /** The header, or the message, in hex. */
  hex: string;
  fields: LayerField[];
}

/** A field of a header. */
export interface LayerField {
  /** As in `source port`. */
  name: string;
  /** The bytes that it is in, in hex; they may hold other fields too. */
  hex: string;
  value: string;
}

/** What the kernel has done with a packet. */
export interface DeliveryEvent {
  event: "delivery";
  /** What the program read; none if it got nothing. */
  text?: string;
  /** The kernel's counters of errors that went up (proc_pid_net(5), netstat(8)). */
  counters: Record<string, number>;
  /** Which bit was turned over, counted from the first of the IP header. */
  flipped?: number;
}

/** A part of a lesson begins. */
export interface SceneEvent {
  event: "scene";
  /** As in `simultaneous close`. */
  scene: string;
}

/** What one of the two programs asks the system for, or what it is given. */
export interface CallEvent {
  event: "call";
  at: TcpEnd;
  /** As in `connect()`. */
  call: string;
}

/** What a program asks the system for, as strace(1) sees it. */
export interface SystemCallEvent {
  event: "system_call";
  pid: number;
  program: string;
  /** As in `listen(3, 5) = 0`. */
  call: string;
}

/** A socket of TCP has come into another state. */
export interface TcpStateEvent {
  event: "tcp_state";
  at: TcpEnd;
  /** As Linux names it: `SYN_SENT` and so on; `CLOSED` if there is none. */
  state: string;
  /** The state before, if it had one. */
  before?: string;
  /** Its two addresses, where there are more sockets than one at each end. */
  local?: string;
  remote?: string;
  /** Its two addresses and its state in the system's own table: of Linux in hex, of macOS as netstat has them. */
  row?: string;
}

/** What the kernel says of a socket of TCP. */
export interface TcpSocketEvent {
  event: "tcp_socket";
  at: TcpEnd;
  local: string;
  remote: string;
  state: string;
  /** Bytes that were written and not acknowledged yet. */
  send_queue: number;
  /** Bytes that arrived and were not read yet; of a listener, connections that were not accepted yet. */
  receive_queue: number;
  /** What it waits for: `retransmission`, `keepalive`, `time wait`, `zero window probe`. */
  timer?: string;
  /** Seconds until that is due. */
  time_left?: number;
  /** How often the last one was sent again, without an answer. */
  retransmissions: number;
}

/** An address with its network, as `lab cidr` explains it. */
export interface NetworkEvent {
  event: "network";
  /** As it was given, less its prefix. */
  address: string;
  prefix: number;
  network: string;
  /** Of IPv4. */
  mask?: string;
  /** Of IPv4, where there is one. */
  broadcast?: string;
  first: string;
  last: string;
  /** How many hosts may be in it; in digits, as there may be 2 to the power of 128. */
  hosts: string;
  /** Which one it is of the parts of the network before it, from 1. */
  part?: number;
}

/** Whether two addresses are in the same network. */
export interface SameNetworkEvent {
  event: "same_network";
  addresses: [string, string];
  /** Whether each has the other in its own network: with different prefixes it may be one alone. */
  reaches: [boolean, boolean];
}

/** Something that went wrong and did not end the program. */
export interface ErrorEvent {
  event: "error";
  message: string;
  hint?: string;
  peer?: string;
}
