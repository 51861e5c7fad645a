import { ByteBuffer, type Codec, type Decoder, FrameError } from "../framing/mod.ts";
import {
  type Connection,
  type DatagramSocket,
  type ReadOptions,
  type Sink,
  udpPeer,
  wrapConnection,
} from "../net/mod.ts";
import { type Encoding, utf8 } from "../text/mod.ts";
import { TextColumn } from "../text/text_column.ts";
import {
  bytesText,
  heading,
  INDENT,
  render,
  type Segment,
  SHOWN,
  type Verb,
  type ViewOptions,
} from "./trace_view.ts";

/** Where a trace goes and how it looks. */
export interface TraceOptions extends ViewOptions {
  /** Names the frames whose borders are shown, for both directions or for each. */
  codec: Codec | { read: Codec; write: Codec };
  /** What the bytes are as text; UTF-8 if not given. */
  encoding?: Encoding;
  /** Takes whole lines, each with its line feed. */
  write(text: string): void;
}

/** Where a frame ends in the stream, and where it begins if that is not where the one before ended. */
interface Border {
  from?: number;
  to: number;
}

/**
 * Shows everything that crosses a connection: direction, peer, time, length, hexdump, and under the bytes
 * where frames begin and end in them.
 */
export function traceConnection(connection: Connection, options: TraceOptions): Connection {
  const incoming = new Direction("read", connection.peer.name, options);
  const outgoing = new Direction("write", connection.peer.name, options);
  return wrapConnection(connection, {
    ...receiving(connection, incoming),
    write(bytes: Uint8Array) {
      outgoing.bytes(bytes);
      return connection.write(bytes);
    },
    closeWrite() {
      outgoing.end();
      return connection.closeWrite();
    },
  });
}

/** What is shown of a direction of a connection between two others. */
export interface ReadsView {
  verb: Verb;
  /** Where it goes from and to. */
  name: string;
  /** Whether each read is a datagram. */
  isDatagram: boolean;
}

/** Shows what is read from a connection, and nothing else that crosses it. */
export function traceReads(
  connection: Connection,
  { verb, name, isDatagram }: ReadsView,
  options: TraceOptions,
): Connection {
  const reads = isDatagram ? new Datagrams(verb, name, options) : new Direction(verb, name, options);
  return wrapConnection(connection, receiving(connection, reads));
}

/** What receives as the connection does, and shows what comes and its end, unless that is ours. */
function receiving(connection: Connection, shown: Pick<Direction, "bytes" | "end">) {
  let isClosed = false;
  return {
    async receive(sink: Sink, options?: ReadOptions): Promise<void> {
      await connection.receive((bytes) => {
        shown.bytes(bytes);
        return sink(bytes);
      }, options);
      if (!isClosed) shown.end();
    },
    close(reason?: unknown): void {
      isClosed = true;
      connection.close(reason);
    },
    reset(): boolean {
      isClosed = true;
      return connection.reset();
    },
  };
}

/** The same for datagrams, each of which is a frame. */
export function traceDatagrams(socket: DatagramSocket, options: TraceOptions): DatagramSocket {
  const incoming = new Datagrams("read", "", options);
  const outgoing = new Datagrams("write", "", options);
  return {
    address: socket.address,
    endpoint: socket.endpoint,
    async receive(buffer) {
      const received = await socket.receive(buffer);
      if (received) incoming.bytes(received[0], udpPeer(received[1]));
      return received;
    },
    send(bytes, to) {
      outgoing.bytes(bytes, udpPeer(to));
      return socket.send(bytes, to);
    },
    close: () => socket.close(),
  };
}

/** Datagrams of one direction. */
class Datagrams {
  #verb: Verb;
  #name: string;
  #options: TraceOptions;
  #count = 0;

  constructor(verb: Verb, name: string, options: TraceOptions) {
    this.#verb = verb;
    this.#name = name;
    this.#options = options;
  }

  bytes(bytes: Uint8Array, name = this.#name): void {
    const whole = { frame: ++this.#count, from: 0, to: bytes.length, begins: true, ends: true };
    const cells = new TextColumn(this.#options.encoding ?? utf8).take(bytes.subarray(0, SHOWN));
    const segments = bytes.length ? [whole] : [];
    this.#options.write(
      render(this.#verb, name, bytes, cells, 0, segments, "1 datagram", this.#options),
    );
  }

  end(): void {}
}

/** One direction of a connection, with a decoder of its own to find the borders. */
class Direction {
  #verb: Verb;
  #peer: string;
  #options: TraceOptions;
  #codec: Codec;
  #text: TextColumn;
  #decoder: Decoder | undefined;
  #offset = 0;
  #frame = 1;
  #inside = false;
  /** Behind a frame that is passed over, whose end is not known yet. */
  #skipping = false;

  constructor(verb: Verb, peer: string, options: TraceOptions) {
    this.#verb = verb;
    this.#peer = peer;
    this.#options = options;
    const { codec, encoding = utf8 } = options;
    this.#codec = "open" in codec ? codec : verb === "write" ? codec.write : codec.read;
    this.#text = new TextColumn(encoding);
    this.#decoder = this.#codec.open().decoder;
  }

  bytes(bytes: Uint8Array): void {
    const now = this.#options.now();
    this.#timeout(now);
    const start = this.#offset;
    this.#offset += bytes.length;
    // The bytes may change under a decoder that still holds them, so it gets its own.
    const copy = bytes.slice();
    this.#decoder?.feed(copy, now);
    // A line end that comes after a pause belongs to the frame before it.
    const from = Math.max(0, (this.#decoder?.offset ?? 0) - start);
    const { frames, errors } = this.#takeFrames(copy);
    const segments = this.#segments(bytes.length, from, frames, start);
    const summary = this.#summary(segments);
    const cells = this.#cells(bytes, segments);
    this.#options.write(
      render(this.#verb, this.#peer, bytes, cells, start, segments, summary, this.#options),
    );
    for (const error of errors) this.#note(error.message);
  }

  end(): void {
    const { write, colors, now } = this.#options;
    this.#decoder?.end();
    const { frames, errors } = this.#takeFrames();
    if (frames.length && this.#inside) this.#close("by the end of the stream");
    write(
      `${heading(this.#verb, this.#peer, now(), colors)}  end of stream after ${bytesText(this.#offset)}\n`,
    );
    for (const error of errors) this.#note(error.message);
  }

  // A pause may have ended a frame since: its border is where the bytes before these ended.
  #timeout(now: number): void {
    if (!this.#decoder?.timeout) return;
    this.#decoder.timeout(now);
    if (this.#takeFrames().frames.length && this.#inside) this.#close("by a pause");
  }

  #close(how: string): void {
    this.#inside = false;
    this.#options.write(`${INDENT}${this.#options.colors.dim("·")} #${this.#frame++} was ended ${how}\n`);
  }

  /** @param chunk the bytes fed last, which end at `#offset` */
  #takeFrames(chunk?: Uint8Array): { frames: Border[]; errors: FrameError[] } {
    const frames: Border[] = [];
    const errors: FrameError[] = [];
    // Each write of ours is whole messages, whatever a pause would say.
    let isWhole = this.#verb === "write";
    while (this.#decoder) {
      try {
        const body = this.#decoder.next();
        if (!body) {
          if (!isWhole) break;
          isWhole = false;
          this.#decoder.timeout?.(Infinity);
          continue;
        }
        const to = this.#decoder.offset;
        frames.push({ from: this.#skipping ? this.#startOf(body, to, chunk) : undefined, to });
        this.#skipping = false;
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        errors.push(error);
        this.#skipping = error.recoverable;
        // From here on nobody knows where frames begin; the bytes are still shown.
        if (!error.recoverable) this.#decoder = undefined;
      }
    }
    return { frames, errors };
  }

  /** Where a frame that ends at `to` begins: by its length on the wire, or by where its body lies. */
  #startOf(body: Uint8Array, to: number, chunk?: Uint8Array): number {
    const out = new ByteBuffer();
    this.#codec.open().encoder.encode(body, out);
    const start = to - out.length;
    if (body.buffer !== chunk?.buffer) return start;
    return Math.min(start, this.#offset - chunk.length + body.byteOffset);
  }

  #segments(length: number, first: number, frames: Border[], start: number): Segment[] {
    const segments: Segment[] = [];
    let at = first;
    for (const frame of frames) {
      const to = frame.to - start;
      const from = frame.from === undefined ? at : Math.max(at, frame.from - start);
      const begins = !this.#inside || frame.from !== undefined;
      if (to > from) segments.push({ frame: this.#frame, from, to, begins, ends: true });
      this.#frame++;
      this.#inside = false;
      at = to;
    }
    if (this.#skipping) this.#inside = false;
    else if (at < length && this.#decoder) {
      segments.push({ frame: this.#frame, from: at, to: length, begins: !this.#inside, ends: false });
      this.#inside = true;
    }
    return segments;
  }

  /** The text column of what is shown. A frame is a text of its own, unless reads are all the frames there are. */
  #cells(bytes: Uint8Array, segments: Segment[]): string[] {
    const cells: string[] = [];
    let at = 0;
    for (const { from, begins } of segments) {
      if (!begins || this.#codec.isPerRead) continue;
      cells.push(...this.#text.take(bytes.subarray(at, from), SHOWN - cells.length));
      this.#text.begin(this.#codec.head?.(bytes[from]));
      at = from;
    }
    cells.push(...this.#text.take(bytes.subarray(at), SHOWN - cells.length));
    return cells;
  }

  #summary(segments: Segment[]): string {
    if (!this.#decoder) return "frames unknown";
    const whole = segments.filter((segment) => segment.begins && segment.ends).length;
    const parts = [whole === 1 ? "1 frame" : `${whole} frames`];
    if (segments.some((segment) => !segment.begins && segment.ends)) parts.push("the end of one");
    if (segments.some((segment) => segment.begins && !segment.ends)) parts.push("the beginning of one");
    if (segments.some((segment) => !segment.begins && !segment.ends)) parts.push("the middle of one");
    return `${(whole ? parts : parts.slice(1)).join(" and ") || "no frame"} (${this.#codec.spec})`;
  }

  #note(message: string): void {
    this.#options.write(`${INDENT}${this.#options.colors.dim("!")} ${message}\n`);
  }
}
