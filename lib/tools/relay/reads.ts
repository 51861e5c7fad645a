import type { Context } from "../../app/mod.ts";
import { type Decoder, FrameError } from "../../framing/mod.ts";
import { type Connection, wrapConnection } from "../../net/mod.ts";
import type { Direction } from "./disturbance.ts";

/** Whose reads are told of. */
export interface ReadsOptions {
  direction: Direction;
  /** Both ends of the relay, as events name them. */
  client: string;
  target: string;
  isDatagram: boolean;
  /** Whether each read is an event. */
  json: boolean;
}

/** The same connection, whose reads are traced, and told of. */
export function watchReads(connection: Connection, options: ReadsOptions, context: Context): Connection {
  const { direction, client, target, isDatagram, json } = options;
  const { reporter } = context;
  const name = direction === "up" ? `${client} → ${target}` : `${client} ← ${target}`;
  const traced = context.traceReads(connection, { verb: direction, name, isDatagram });
  if (!json && traced === connection) return connection;
  const frames = new FrameLengths(context);
  const from = direction === "up" ? "client" : "target";
  return wrapConnection(traced, {
    receive: (sink, readOptions) =>
      traced.receive((bytes) => {
        if (json) {
          reporter.report({
            event: "data",
            from,
            peer: client,
            bytes: bytes.length,
            hex: bytes.toHex(),
            frames: isDatagram ? [bytes.length] : frames.of(bytes),
          });
        }
        const drained = reporter.drained();
        return drained ? drained.then(() => sink(bytes)) : sink(bytes);
      }, readOptions),
  });
}

/** Finds the frames in a stream. */
class FrameLengths {
  #decoder?: Decoder;
  #context: Context;

  constructor(context: Context) {
    this.#decoder = context.codec.open().decoder;
    this.#context = context;
  }

  /** The lengths of those that end in these bytes. */
  of(bytes: Uint8Array): number[] {
    const now = this.#context.clock.now();
    // What a pause has ended since the last read didn't end in this one.
    this.#decoder?.timeout?.(now);
    this.#take();
    // The memory of a read is used again.
    this.#decoder?.feed(bytes.slice(), now);
    return this.#take();
  }

  #take(): number[] {
    const lengths: number[] = [];
    while (this.#decoder) {
      try {
        const frame = this.#decoder.next();
        if (!frame) break;
        lengths.push(frame.length);
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        this.#context.reporter.error(error);
        // From here on nobody knows where frames begin.
        if (!error.recoverable) this.#decoder = undefined;
      }
    }
    return lengths;
  }
}
