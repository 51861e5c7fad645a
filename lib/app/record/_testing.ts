import { parseSpec } from "../../framing/mod.ts";
import {
  CaptureReader,
  flagNames,
  isChecksumRight,
  parseIp,
  type Transport,
  TransportReader,
} from "../../packet/mod.ts";
import type { Outlet } from "./outlets.ts";
import { Recorder } from "./recorder.ts";
import { Recording } from "./recording.ts";

/** A recording in memory, and a clock that stands until it is set forward. */
export class Kept implements Outlet {
  readonly recording: Recording;
  /** Ms since 1970. */
  time = 1_700_000_000_000.25;
  /** What was written, a piece a write. */
  pieces: Uint8Array[] = [];
  /** While it is there, the recording is slow. */
  slow?: Promise<void>;

  constructor() {
    this.recording = new Recording(this, () => this.time);
    this.recording.flush();
  }

  write(bytes: Uint8Array): void {
    this.pieces.push(bytes.slice());
  }

  drained(): Promise<void> | undefined {
    return this.slow;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** What a command with these frames in both directions records with. */
  recorder(spec: string, onTls?: () => void): Recorder {
    const codec = parseSpec(spec);
    const codecs = { read: codec, write: codec };
    return new Recorder(this.recording, { codecs, onTls, takesStdout: false });
  }

  /** The packets since the last call, all of whose checksums are right. */
  take(): Transport[] {
    this.#reader ??= new CaptureReader();
    for (const piece of this.pieces.splice(0)) this.#reader.feed(piece);
    const packets: Transport[] = [];
    for (let packet; (packet = this.#reader.next());) {
      const transport = this.#transports.read(packet);
      if (!transport || isChecksumRight(parseIp(packet.bytes)!) !== true) {
        throw new Error(`packet ${packet.number} is broken`);
      }
      packets.push(transport);
    }
    return packets;
  }

  /** The same in words: `50000 → 7 PSH,ACK 1:6 ack 1 "frame 1: bytes 0-4"`; numbers count from each side's SYN. */
  told(): string[] {
    return this.take().map(({ protocol, source, destination, segment, packet: { comments } }) => {
      const said = comments.map((comment) => ` ${JSON.stringify(comment)}`).join("");
      const way = `${source.port} → ${destination.port}`;
      if (protocol === "udp") return `${way} UDP ${segment.length}${said}`;
      const { seq, ack, flags, length } = segment;
      const names = flagNames(flags);
      if (names.includes("SYN")) this.#first.set(source.port, seq);
      const from = (seq - this.#first.get(source.port)!) >>> 0;
      const acked = names.includes("ACK") ? ` ack ${(ack - this.#first.get(destination.port)!) >>> 0}` : "";
      return `${way} ${names} ${from}${length ? `:${from + length}` : ""}${acked}${said}`;
    });
  }

  #reader?: CaptureReader;
  #transports = new TransportReader();
  #first = new Map<number, number>();
}

/** How a connection from port 50000 to port 7 begins. */
export const HANDSHAKE = ["50000 → 7 SYN 0", "7 → 50000 SYN,ACK 0 ack 1", "50000 → 7 ACK 1 ack 1"];

/** The peers of such a connection, for `pipe`. */
export const PEERS = {
  first: { scheme: "tcp", host: "127.0.0.1", port: 50_000 },
  second: { scheme: "tcp", host: "127.0.0.1", port: 7 },
};
