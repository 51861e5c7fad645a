import { PinwireError } from "../../errors.ts";
import { hostPort } from "../../net/mod.ts";
import {
  CaptureError,
  CaptureReader,
  type Stream,
  StreamAssembler,
  type StreamPiece,
} from "../../packet/mod.ts";
import { type Step, StepBuilder } from "./steps.ts";

/** Which stream of a capture is meant, by its number; without a protocol, whichever of the two has data first. */
export interface StreamChoice {
  protocol?: "tcp" | "udp";
  number: number;
}

/** One stream of a capture, read as it is needed. */
export interface Conversation extends Disposable {
  readonly stream: Stream;
  /** Can be gone through once. It throws {@linkcode CaptureError} behind the last step before a damaged place. */
  readonly steps: AsyncIterable<Step>;
}

/** What was seen of a stream before the conversation was found. */
interface Seen {
  /** What came before its first data. */
  early: StreamPiece[];
  bytes: number;
}

/** Pieces without data that are kept of a stream: both sides open and end, and more says nothing new. */
const MAX_EARLY = 8;
/** Streams that an error lists. */
const MAX_LISTED = 10;

/**
 * Finds a stream in a capture: the one that is chosen, else the first that has data.
 *
 * @param chunks the capture; each chunk must stay as it is
 * @param isClient whether the client's side is to be played
 * @throws {CaptureError} if it is no capture, or damaged before the stream is found
 * @throws {PinwireError} `no_stream`, `no_data`
 */
export async function openConversation(
  chunks: AsyncIterable<Uint8Array>,
  choice: StreamChoice | undefined,
  isClient: boolean,
): Promise<Conversation> {
  const pieces = piecesOf(chunks);
  const seen = new Map<Stream, Seen>();
  for (;;) {
    const { value: piece, done } = await pieces.next();
    if (done) throw notFound(seen, choice);
    const { stream } = piece;
    let { early, bytes } = seen.get(stream) ?? { early: [], bytes: 0 };
    if (piece.kind === "data" || piece.kind === "gap") {
      if (isChosen(stream, choice)) {
        return {
          stream,
          steps: stepsOf(stream, [...early, piece], pieces, isClient),
          // It isn't waited for: a read of stdin may be under way that nothing ends.
          [Symbol.dispose]: () => void pieces.return().catch(() => {}),
        };
      }
      bytes += piece.kind === "data" ? piece.bytes.length : piece.length;
    } else if (early.length < MAX_EARLY) {
      early = [...early, piece];
    }
    seen.set(stream, { early, bytes });
  }
}

const isChosen = ({ protocol, number }: Stream, choice?: StreamChoice) =>
  !choice || choice.number === number && (choice.protocol ?? protocol) === protocol;

async function* piecesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamPiece, void, void> {
  const reader = new CaptureReader();
  const assembler = new StreamAssembler();
  function* known() {
    for (let packet; (packet = reader.next());) yield* assembler.add(packet);
  }
  try {
    for await (const chunk of chunks) {
      reader.feed(chunk);
      yield* known();
    }
    reader.end();
    yield* known();
  } catch (error) {
    // What was sent before the damaged place is good.
    if (error instanceof CaptureError) yield* assembler.end();
    throw error;
  }
  yield* assembler.end();
}

/** The steps of a stream up to its end, which is that of both sides, or a reset. */
async function* stepsOf(
  stream: Stream,
  early: StreamPiece[],
  rest: AsyncGenerator<StreamPiece, void, void>,
  isClient: boolean,
): AsyncGenerator<Step, void, void> {
  const builder = new StepBuilder(isClient);
  let closed = 0;
  function* add(piece: StreamPiece) {
    yield* builder.add(piece);
    if (piece.kind === "close") closed++;
    else if (piece.kind === "reset") closed = 2;
  }
  try {
    for (const piece of early) yield* add(piece);
    while (closed < 2) {
      const { value: piece, done } = await rest.next();
      if (done) break;
      if (piece.stream === stream) yield* add(piece);
    }
  } catch (error) {
    yield* builder.end();
    throw error;
  }
  yield* builder.end();
}

function notFound(seen: Map<Stream, Seen>, choice?: StreamChoice): PinwireError {
  const streams = [...seen];
  if (!streams.length) {
    return new PinwireError("no_stream", "the capture has no TCP and no UDP in it", {
      hint: "check with tshark -r FILE what was captured",
    });
  }
  const found = choice && streams.find(([stream]) => isChosen(stream, choice));
  if (choice && !found) {
    const name = nameOf(choice.protocol ?? "tcp", choice.number);
    return new PinwireError("no_stream", `the capture has no stream ${name}`, { hint: list(streams) });
  }
  const useful = streams.filter(([, { bytes }]) => bytes > 0);
  const which = found ? `stream ${nameOf(found[0].protocol, found[0].number)}` : "any stream";
  return new PinwireError("no_data", `nothing is said in ${which} of the capture`, {
    hint: useful.length ? list(useful) : "capture whole packets, from before the programs talk",
  });
}

/** `it has 0 (127.0.0.1:50000 to 127.0.0.1:7, 12 bytes), udp:0 (…)`, as a hint. */
function list(streams: [Stream, Seen][]): string {
  const shown = streams.slice(0, MAX_LISTED).map(([stream, { bytes }]) => {
    const [client, server] = [stream.client, stream.server].map(({ address, port }) =>
      hostPort({ hostname: address, port })
    );
    return `${nameOf(stream.protocol, stream.number)} (${client} to ${server}, ${bytes} bytes)`;
  });
  const more = streams.length - shown.length;
  return `give --stream one of ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

const nameOf = (protocol: "tcp" | "udp", number: number) =>
  protocol === "udp" ? `udp:${number}` : `${number}`;
