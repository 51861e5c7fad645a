import { encodeTcpOptions, type Endpoint, MAX_HEADERS, PacketPath, TCP_FLAGS } from "../../packet/mod.ts";
import type { Segment } from "../trace/borders.ts";
import { frameComments } from "./comments.ts";
import type { Recording } from "./recording.ts";

/** The two ends of a connection: who dialled it, and who accepted it. */
export type Role = "client" | "server";

/** Bytes of a segment at most: what an Ethernet frame holds of TCP over IPv4. */
const SEGMENT = 1460;
/** Bytes that may be under way before they are acknowledged; far from filling the window, which has 8 MiB. */
const MOST_UNACKNOWLEDGED = 65_536;
const OPTIONS = encodeTcpOptions({ mss: SEGMENT, windowScale: 7 });
const { SYN, ACK, PSH, FIN, RST } = TCP_FLAGS;
const NONE = new Uint8Array(0);

/** What a segment may say beside its flags. */
interface Extras {
  options?: Uint8Array;
  payload?: Uint8Array;
  comments?: readonly string[];
}

interface Side {
  path: PacketPath;
  /** The next sequence number, not taken modulo 2^32. */
  next: number;
  /** What the other side has acknowledged. */
  acknowledged: number;
  hasFinished: boolean;
}

/** How a {@linkcode TcpConversation} begins. */
export interface TcpConversationOptions extends Record<Role, Endpoint> {
  /** On its first segment. */
  comments?: readonly string[];
}

/**
 * The segments of TCP (RFC 9293) that would have carried a connection's bytes. Nothing is lost, and what was sent is
 * acknowledged by the next segment that goes back, or by one without data.
 */
export class TcpConversation {
  #recording: Recording;
  #sides: Record<Role, Side>;
  #packet = new Uint8Array(SEGMENT + MAX_HEADERS);
  #isOver = false;

  /** Begins it, with a handshake. */
  constructor(recording: Recording, { client, server, comments }: TcpConversationOptions) {
    this.#recording = recording;
    const time = recording.time();
    // As in RFC 9293, section 3.4.1, so that a port that is used again begins a new connection.
    const first = Math.floor(time / 4) % 2 ** 32;
    const side = (from: Endpoint, to: Endpoint): Side => ({
      path: new PacketPath(from, to),
      next: first,
      acknowledged: first + 1,
      hasFinished: false,
    });
    this.#sides = { client: side(client, server), server: side(server, client) };
    this.#send(time, "client", SYN, { options: OPTIONS, comments });
    this.#sides.client.next++;
    this.#send(time, "server", SYN | ACK, { options: OPTIONS });
    this.#sides.server.next++;
    this.#send(time, "client", ACK);
    recording.flush();
  }

  /** Bytes that `from` sent, with the frames in them, what else is to be said of them, and when, as the recording has it. */
  data(
    from: Role,
    bytes: Uint8Array,
    frames: readonly Segment[],
    notes: readonly string[] = [],
    time: number = this.#recording.time(),
  ): void {
    const side = this.#sides[from];
    if (this.#isOver || side.hasFinished || this.#recording.hasEnded) return;
    let frame = 0;
    for (let at = 0; at < bytes.length; at += SEGMENT) {
      const payload = bytes.subarray(at, at + SEGMENT);
      const end = at + payload.length;
      const isLast = end === bytes.length;
      while (frame < frames.length && frames[frame].to <= at) frame++;
      const comments = frameComments(frames, frame, at, end);
      if (isLast) comments.push(...notes);
      this.#send(time, from, isLast ? PSH | ACK : ACK, { payload, comments });
      side.next += payload.length;
      if (side.next - side.acknowledged >= MOST_UNACKNOWLEDGED) this.#send(time, other(from), ACK);
    }
    this.#recording.flush();
  }

  /** `from` has ended its sending side. */
  finish(from: Role, notes: readonly string[] = []): void {
    const side = this.#sides[from];
    if (this.#isOver || side.hasFinished) return;
    const time = this.#recording.time();
    this.#send(time, from, FIN | ACK, { comments: notes });
    side.next++;
    side.hasFinished = true;
    this.#send(time, other(from), ACK);
    this.#isOver = this.#sides[other(from)].hasFinished;
    this.#recording.flush();
  }

  /** `from` has closed the connection, so that nothing of the other is seen any more. */
  close(from: Role): void {
    this.finish(from);
    this.finish(other(from));
  }

  /** `from` has reset it. */
  reset(from: Role): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#send(this.#recording.time(), from, RST | ACK);
    this.#recording.flush();
  }

  #send(time: number, from: Role, flags: number, { options, payload = NONE, comments }: Extras = {}): void {
    const { path, next } = this.#sides[from];
    const peer = this.#sides[other(from)];
    const ack = flags & ACK ? peer.next : 0;
    if (flags & ACK) peer.acknowledged = peer.next;
    const packet = path.tcp(this.#packet, { seq: next, ack, flags, options, payload });
    this.#recording.add(time, packet, comments);
  }
}

const other = (role: Role): Role => role === "client" ? "server" : "client";
