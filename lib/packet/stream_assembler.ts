import type { CapturedPacket } from "./capture/captured_packet.ts";
import { type Stream, type StreamSide, StreamTable } from "./streams.ts";
import { TCP_FLAGS } from "./tcp.ts";
import { type Origin, type StreamPart, TcpDirection, Waiting } from "./tcp_direction.ts";
import { type CapturedTcp, type CapturedUdp, TransportReader } from "./transport.ts";

/** What became known of a stream, in the order in which it did. */
export type StreamPiece = StreamSide & Origin & StreamPart;

/** How much is kept. */
export interface AssemblerOptions {
  /** Bytes that may wait for bytes before them, over all streams; default 16 MiB. */
  maxWaiting?: number;
  /** Streams that there may be; default 100,000. */
  maxStreams?: number;
}

/**
 * Puts the streams of a capture together again, without any I/O: packets in, pieces out.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { CaptureReader } from "./capture/capture_reader.ts";
 * import { pcapHeader, pcapRecord } from "./capture/pcap_writer.ts";
 * import { PacketPath } from "./packet_path.ts";
 * import { TCP_FLAGS } from "./tcp.ts";
 *
 * const path = new PacketPath({ address: "10.0.0.1", port: 50_000 }, { address: "10.0.0.2", port: 7 });
 * const segment = (seq: number, text: string) =>
 *   path.tcp(new Uint8Array(1500), { seq, ack: 1, flags: TCP_FLAGS.ACK, payload: new TextEncoder().encode(text) });
 * const reader = new CaptureReader();
 * reader.feed(pcapHeader());
 * for (const packet of [segment(1, "one"), segment(10, "three"), segment(4, "two, ")]) {
 *   reader.feed(pcapRecord(0, packet));
 * }
 *
 * const assembler = new StreamAssembler();
 * let text = "";
 * for (let packet; (packet = reader.next());) {
 *   for (const piece of assembler.add(packet)) {
 *     if (piece.kind === "data") text += new TextDecoder().decode(piece.bytes);
 *   }
 * }
 * assertEquals(text, "onetwo, ");
 * assertEquals(assembler.end().map(({ kind }) => kind), ["gap", "data"]);
 * ```
 */
export class StreamAssembler {
  readonly #transports = new TransportReader();
  readonly #table: StreamTable;
  readonly #waiting: Waiting;
  readonly #directions = new Map<Stream, [client: TcpDirection, server: TcpDirection]>();
  #pieces: StreamPiece[] = [];
  #last: Origin = { packet: 0 };

  constructor({ maxWaiting = 16 * 1_048_576, maxStreams }: AssemblerOptions = {}) {
    this.#table = new StreamTable(maxStreams);
    this.#waiting = new Waiting(maxWaiting);
  }

  /**
   * Takes the next packet of the capture; gives what became known by it. The bytes of a piece are a view of the packet,
   * or memory of their own.
   *
   * @throws {CaptureError} `capture_too_large` if there are too many streams
   */
  add(packet: CapturedPacket): StreamPiece[] {
    this.#last = { packet: packet.number, time: packet.time };
    const transport = this.#transports.read(packet);
    if (!transport) return [];
    const { stream, isFromClient } = this.#table.find(transport);
    const side = { stream, isFromClient };
    if (transport.protocol === "tcp") this.#addSegment(side, transport);
    else this.#addDatagram(side, transport);
    return this.#take();
  }

  /** The capture is at its end: gives what still waited, and the gaps before it. */
  end(): StreamPiece[] {
    for (const directions of this.#directions.values()) {
      for (const direction of directions) direction.end(this.#last);
    }
    return this.#take();
  }

  #addSegment({ stream, isFromClient }: StreamSide, transport: CapturedTcp): void {
    const [client, server] = this.#directionsOf(stream);
    const [own, other] = isFromClient ? [client, server] : [server, client];
    const { flags, ack } = transport.segment;
    if (flags & TCP_FLAGS.RST) {
      for (const direction of [other, own]) direction.end(this.#last);
      this.#pieces.push({ stream, isFromClient, ...this.#last, kind: "reset" });
      return;
    }
    if (flags & TCP_FLAGS.ACK) other.acknowledge(ack, this.#last);
    own.add(transport);
  }

  #addDatagram(side: StreamSide, { segment }: CapturedUdp): void {
    const { payload, length } = segment;
    const origin = this.#last;
    this.#pieces.push({ ...side, ...origin, kind: "data", bytes: payload });
    if (length > payload.length) {
      this.#pieces.push({ ...side, ...origin, kind: "gap", length: length - payload.length });
    }
  }

  #directionsOf(stream: Stream): [client: TcpDirection, server: TcpDirection] {
    let directions = this.#directions.get(stream);
    if (!directions) {
      const open = (isFromClient: boolean) =>
        new TcpDirection(
          this.#waiting,
          (part, origin) => this.#pieces.push({ stream, isFromClient, ...origin, ...part }),
        );
      directions = [open(true), open(false)];
      this.#directions.set(stream, directions);
    }
    return directions;
  }

  #take(): StreamPiece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}
